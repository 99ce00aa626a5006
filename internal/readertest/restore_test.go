//go:build linux || darwin

package readertest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
)

// saved is a repository with two snapshots of a random tree, and every kind of key.
type saved struct {
	folder        string    // the repository
	code          string    // recovery code
	device        string    // device key file
	writeOnly     string    // device key file of a write-only slot
	writer        core.UUID // that slot
	first, second *snapshot.Manifest
	before, after map[string]state
}

func (r *rig) backup(root string) *snapshot.Manifest {
	r.t.Helper()
	res, err := backup.Run(r.t.Context(), r.repo, backup.Options{
		Root: root, Project: snapshot.Project{ID: crypto.NewUUID(), Name: "projeto"}, Host: "casa", Version: "test",
	}, &report.Discard{})
	if err != nil {
		r.t.Fatal(err)
	}
	if res.Snapshot.Partial() {
		r.t.Fatalf("the backup is partial: %+v", res.Issues)
	}
	return res.Snapshot
}

func save(t *testing.T) *saved {
	t.Helper()
	dir := t.TempDir()
	source, s := filepath.Join(dir, "source"), &saved{folder: filepath.Join(dir, "repository")}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(source, 0o755))
	b := build(t, source, seed)

	r, made := newRig(t, s.folder)
	code := keys.NewCode()
	r.slot(keys.Secret{Lock: keys.Recovery, Value: code}, false)
	writer := keys.NewDeviceKey(r.repo.Header().ID)
	r.slot(writer.Secret(), true)
	s.code, s.writer = keys.FormatCode(code), writer.Slot
	s.device, s.writeOnly = filepath.Join(dir, "device.key"), filepath.Join(dir, "writer.key")
	must(os.WriteFile(s.device, made.Device.Encode(), 0o600))
	must(os.WriteFile(s.writeOnly, writer.Encode(), 0o600))

	s.before = states(t, source)
	s.first = r.backup(source)
	b.Change(source)
	s.after = states(t, source)
	s.second = r.backup(source)
	return s
}

// TestReader restores with every kind of key, and from damaged repositories.
func TestReader(t *testing.T) {
	s, r := save(t), newReader(t)
	t.Run("passphrase", func(t *testing.T) { s.restore(t, r, "BACKUP_PROJETO_PASSPHRASE="+passphrase, s.after) })
	t.Run("recovery code", func(t *testing.T) {
		s.restore(t, r, "BACKUP_PROJETO_RECOVERY_CODE="+s.code, s.before, "--snapshot", s.first.ID.String())
	})
	t.Run("device key", func(t *testing.T) { s.restore(t, r, "", s.after, "--device-key", s.device, "--snapshot", "latest") })
	t.Run("list", func(t *testing.T) {
		out, exit := r.run(t, "", "reader.mjs", s.folder, "--list", "--device-key", s.device)
		if exit != 0 || strings.Count(out, "\n") != 2 || !strings.Contains(out, s.second.ID.String()) || !strings.Contains(out, "projeto") {
			t.Errorf("exit %d\n%s", exit, out)
		}
	})
	t.Run("no configuration", func(t *testing.T) { s.withoutConfig(t, r) })
	t.Run("refused", func(t *testing.T) { s.refused(t, r) })
	t.Run("damage", func(t *testing.T) {
		s.damage(t, r, "config", complete) // which repository it is the slots tell
		s.damage(t, r, "keys/"+s.writer.String(), complete)
		s.damage(t, r, "snapshots/"+s.second.ID.String(), cannotBegin)
		s.damage(t, r, "index", complete) // from the packs' own footers
		s.damage(t, r, "packs", incomplete)
	})
}

func (s *saved) restore(t *testing.T, r *reader, variable string, want map[string]state, args ...string) {
	t.Helper()
	target := filepath.Join(t.TempDir(), "a", "b")
	out, exit := r.run(t, variable, append([]string{"reader.mjs", s.folder, target}, args...)...)
	if exit != 0 || strings.Contains(out, "damage") {
		t.Fatalf("exit %d\n%s", exit, out)
	}
	compare(t, want, states(t, target))
}

// withoutConfig takes the configuration away, and puts others in its place: all is restored, and the reader says what is wrong. A newer format is left alone.
func (s *saved) withoutConfig(t *testing.T, r *reader) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "repository")
	if err := os.CopyFS(folder, os.DirFS(s.folder)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "config")
	right, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int) []byte {
		b := bytes.Clone(right)
		b[at] ^= 1
		return b
	}
	for want, data := range map[string][]byte{"config: it is missing": nil, "config: it is not what was written": changed(len(right) - 1),
		"which repository this is": right[:10], "damage: config: it is not what": changed(8), "knows format 1": []byte("\xa2\x01\x02\x18\x63\x18\x63")} {
		_ = os.Remove(path)
		if data != nil {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		target := filepath.Join(t.TempDir(), "target")
		out, exit := r.run(t, "BACKUP_PROJETO_RECOVERY_CODE="+s.code, "reader.mjs", folder, target)
		if exit != 1 || !strings.Contains(out, want) {
			t.Errorf("exit %d, want 1 and %q\n%s", exit, want, out)
		}
		if want != "knows format 1" {
			compare(t, s.after, states(t, target))
		} else if _, err := os.Lstat(target); err == nil {
			t.Error("something was restored of a newer format")
		}
	}
	_ = os.Remove(path)
	if err := os.RemoveAll(filepath.Join(folder, "keys")); err != nil {
		t.Fatal(err)
	}
	out, exit := r.run(t, "BACKUP_PROJETO_RECOVERY_CODE="+s.code, "reader.mjs", folder, filepath.Join(t.TempDir(), "target"))
	if exit != 1 || !strings.Contains(out, "neither a configuration nor a key slot") {
		t.Errorf("exit %d\n%s", exit, out)
	}
}

func (s *saved) refused(t *testing.T, r *reader) {
	t.Helper()
	for want, args := range map[string][]string{
		"no key slot opens": {"BACKUP_PROJETO_PASSPHRASE=errada"},
		"mistyped":          {"BACKUP_PROJETO_RECOVERY_CODE=BP-0000-0000-0000-0000-0000-0000-0000-0000-0000"},
		"can only write":    {"", "--device-key", s.writeOnly},
		"0 snapshots":       {"BACKUP_PROJETO_RECOVERY_CODE=" + s.code, "--snapshot", "f"},
		"usage":             {""},
	} {
		target := filepath.Join(t.TempDir(), "target")
		out, exit := r.run(t, args[0], append([]string{"reader.mjs", s.folder, target}, args[1:]...)...)
		if exit != 1 || !strings.Contains(out, want) {
			t.Errorf("exit %d, want 1 and %q\n%s", exit, want, out)
		}
		if _, err := os.Lstat(target); err == nil {
			t.Errorf("%s: the target was made", want)
		}
	}
}

// What is left of a restore from a damaged repository.
const (
	cannotBegin = iota
	incomplete
	complete
)

// damage flips a byte in the largest file at or below a path: the reader says so, and writes no false content.
func (s *saved) damage(t *testing.T, r *reader, path string, left int) {
	t.Helper()
	dir := t.TempDir()
	folder, target := filepath.Join(dir, "repository"), filepath.Join(dir, "target")
	if err := os.CopyFS(folder, os.DirFS(s.folder)); err != nil {
		t.Fatal(err)
	}
	flipOne(t, filepath.Join(folder, path))
	out, exit := r.run(t, "BACKUP_PROJETO_RECOVERY_CODE="+s.code, "reader.mjs", folder, target)
	if exit != 1 {
		t.Errorf("%s: exit %d, want 1\n%s", path, exit, out)
	}
	if _, err := os.Lstat(target); err != nil {
		if left != cannotBegin {
			t.Errorf("%s: nothing was restored\n%s", path, out)
		}
		return
	}
	got := states(t, target)
	if left == complete {
		compare(t, s.after, got)
	}
	for name, g := range got {
		if w, ok := s.after[name]; !ok || g.what != w.what {
			t.Errorf("%s: %s has false content", path, short(name))
		}
	}
}

// flipOne changes a byte in the middle of the largest file at or below a path.
func flipOne(t *testing.T, path string) {
	t.Helper()
	largest, size := "", int64(-1)
	err := filepath.Walk(path, func(p string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && info.Size() > size {
			largest, size = p, info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(largest)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0x40
	if err := os.WriteFile(largest, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
