//go:build linux || darwin

package e2etest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/storage/s3/s3test"
)

// everyWindow tries every 32 bytes that a write-only device has on its disk as the read key too, which takes a minute:
//
//	PRIVILEGE_WINDOWS=all go test -run WriteOnly ./internal/e2etest
const everyWindow = "PRIVILEGE_WINDOWS"

// maxSeeds is how many of them are tried so by default: those that are not the index or the state of a project come first.
const maxSeeds = 5_000

// writer is a device that may only write, and what its thief has: its whole disk and the whole store.
type writer struct {
	t         *testing.T
	*machine         // its home
	store     string // the folder in which the store keeps its objects, each as a file of its name
	keyFile   string
	code      string            // the recovery code, which it does not have
	forbidden map[string]string // what it must not know, by what that is
	own       map[string]string // what it knows itself, and the store must not
}

// TestWriteOnlyDevice: who has all of a device that may only write, and all of the store, reads nothing back: not with the program, not
// with any key that is there. Who has the key that reads restores the same bytes.
func TestWriteOnlyDevice(t *testing.T) {
	server := s3test.Start(t)
	folder := filepath.Join(t.TempDir(), "repository")
	for name, where := range map[string]struct {
		place place
		store string
	}{
		"local": {place{args: []string{"--repository=" + folder}}, folder},
		"s3": {place{args: []string{"--estrategia=s3", "--bucket=meu-bucket", "--prefixo=backups-projeto"}, env: server.Env()},
			filepath.Join(server.Bucket("meu-bucket"), "backups-projeto")},
	} {
		t.Run(name, func(t *testing.T) { testWriteOnly(t, where.place, where.store) })
	}
}

// secretText returns text that nothing else has.
func secretText() string {
	var b [24]byte
	crypto.Random(b[:])
	return hex.EncodeToString(b[:])
}

func testWriteOnly(t *testing.T, p place, store string) {
	owner := newMachine(t, p)
	theirs, mine := filepath.Join(t.TempDir(), "theirs-"+secretText()), filepath.Join(t.TempDir(), "mine-"+secretText())
	w := &writer{t: t, machine: newMachine(t, p), store: store, forbidden: map[string]string{}, own: map[string]string{}}
	w.keyFile = filepath.Join(w.home, "ci.key")
	w.env = append(slices.Clone(w.env), "BACKUP_PROJETO_DEVICE_KEY_FILE="+w.keyFile)
	write := func(known map[string]string, dir, what string) {
		name, content := secretText(), secretText()
		known["the name of "+what], known["the content of "+what] = name, content
		must(t, os.MkdirAll(dir, 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte(content+"\n"), 500), 0o600))
	}
	write(w.forbidden, theirs, "another's file")
	write(w.forbidden, filepath.Join(theirs, "sub"), "another's file below")
	w.forbidden["another's project"] = filepath.Base(theirs)
	created := owner.run(theirs, "created")
	w.code = fmt.Sprint(created["recovery_code"])
	w.forbidden["the recovery code"] = w.code
	owner.run(theirs, "pin", "pin", "latest")
	owner.run(theirs, "key", "key", "add", "device", w.keyFile, "--label=ci", "--write-only")

	// It backs up, twice, and shares content with what is there.
	write(w.own, mine, "its own file")
	shared, err := os.ReadFile(filepath.Join(theirs, w.forbidden["the name of another's file"]))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(mine, "shared"), shared, 0o600))
	w.run(mine, "backup")
	must(t, os.WriteFile(filepath.Join(mine, "shared"), []byte("not any more"), 0o600))
	write(w.own, mine, "its second file")
	w.run(mine, "backup")

	w.tryProgram(mine)
	w.scan(w.home, w.forbidden)
	w.scan(w.store, w.forbidden)
	w.scan(w.store, w.own)
	w.tryKeys()

	to := filepath.Join(t.TempDir(), "restored")
	must(t, os.Mkdir(to, 0o700))
	owner.run(to, "restore", "--restore", "--project="+filepath.Base(mine))
	diff(t, mine, to)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tryProgram asks the program for everything, with the device's home.
func (w *writer) tryProgram(dir string) {
	w.t.Helper()
	to := w.t.TempDir()
	refused := [][]string{{"snapshots", "--all"}, {"ls"}, {"cat", "shared"}, {"find", "*"}, {"diff"}, {"restore", "--to=" + to}, {"verify", "--data=100%", "--sample=5"},
		{"retain", "--all"}, {"prune"}, {"repair"}, {"undelete"}, {"key", "recovery"}, {"key", "add", "recovery"}, {"key", "add", "device", filepath.Join(to, "new.key")},
		{"key", "passphrase"}, {"key", "remove", "0"}, {"key", "revoke", "0"}, {"key", "admit", "0"}}
	for _, args := range slices.Concat(refused, [][]string{{"key", "list"}, {"stats"}, {"version"}}) {
		cmd := w.command(dir, args...)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if code := 5; slices.ContainsFunc(refused, func(r []string) bool { return &r[0] == &args[0] }) && (!errors.As(err, &exit) || exit.ExitCode() != code) {
			w.t.Errorf("%v: %v, and no exit code %d\n%.500s", args, err, code, out)
		}
		for what, text := range w.forbidden {
			if bytes.Contains(out, []byte(text)) {
				w.t.Errorf("%v tells %s", args, what)
			}
		}
		for what, text := range w.own {
			if strings.HasPrefix(what, "the content") && bytes.Contains(out, []byte(text)) {
				w.t.Errorf("%v tells %s", args, what)
			}
		}
	}
	if entries, err := os.ReadDir(to); err != nil || len(entries) > 0 {
		w.t.Errorf("the program wrote %v, %v", entries, err)
	}
}

// files calls fn for every file below a folder.
func (w *writer) files(dir string, fn func(path string, data []byte)) {
	w.t.Helper()
	n := 0
	must(w.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			fn(path, data)
			n++
		}
		return err
	}))
	if n < 3 {
		w.t.Fatalf("%d files in %s: there is nothing to look at", n, dir)
	}
}

// scan looks for what must not be there, in all files and in their names.
func (w *writer) scan(dir string, secrets map[string]string) {
	w.t.Helper()
	w.files(dir, func(path string, data []byte) {
		for what, text := range secrets {
			raw, _ := hex.DecodeString(text)
			if bytes.Contains(data, []byte(text)) || len(raw) > 0 && bytes.Contains(data, raw) || strings.Contains(path, text) {
				w.t.Errorf("%s tells %s", path, what)
			}
		}
	})
}

// sealedObject is what nobody but a reader is to open: a part of it, with its context, and its key, sealed to the read key.
type sealedObject struct {
	name            string
	key, keyContext []byte // sealed
	part            []byte
	nonce, context  []byte
}

// tryKeys tries everything that could be a key on everything that is sealed to the read key.
func (w *writer) tryKeys() {
	t := w.t
	ctx := t.Context()
	s, err := local.New(w.store)
	must(t, err)
	defer s.Close()
	data, err := os.ReadFile(w.keyFile)
	must(t, err)
	device, err := keys.ParseDeviceKey(data)
	must(t, err)
	h, err := repo.ReadHeader(ctx, s)
	must(t, err)
	r, err := repo.Unlock(ctx, s, h, device.Secret(), repo.Options{})
	must(t, err)
	defer r.Close()
	ring := r.Keyring()
	if ring.Read != nil {
		t.Fatal("the slot has the read key")
	}
	objects, opened := w.sealed(s, r)
	if len(objects) < 8 {
		t.Fatalf("%d sealed parts", len(objects))
	}
	w.control(s, h, objects)

	// What it has: its keys, all that they open, and its disk.
	named := [][]byte{device.Key, ring.Writer, ring.Signer.Seed(), ring.Writer.IDKey(), ring.Writer.ChunkKey(), ring.Writer.IndexKey(), ring.Writer.ManifestKey(),
		ring.Writer.ConfigKey(), ring.Admin, crypto.CodeKey(device.Key, ring.Writer)}
	var first, rest [][]byte
	w.files(w.home, func(path string, data []byte) {
		if bulk := strings.Contains(path, "/index") || strings.Contains(path, "/state"); bulk {
			rest = append(rest, data)
		} else {
			first = append(first, data)
		}
	})
	sources := slices.Concat([][]byte{bytes.Join(named, nil)}, first, opened, rest)
	candidates, seeds := 0, 0
	limit := maxSeeds
	if os.Getenv(everyWindow) == "all" {
		limit = 1 << 30
	}
	slots, _, err := r.Slots(ctx)
	must(t, err)
	for _, key := range named {
		w.trySlots(slots, device.Slot, key)
	}
	for _, source := range sources {
		for at := 0; at+crypto.KeySize <= len(source); at++ {
			key := source[at : at+crypto.KeySize]
			candidates++
			w.tryObjects(objects, key)
			if seeds < limit {
				seeds++
				if read, err := crypto.ParseReadKey(key); err == nil && bytes.Equal(read.Public().Bytes(), ring.Public.Bytes()) {
					t.Fatal("the read key is on the disk")
				}
			}
		}
	}
	t.Logf("%d candidates as the key of each of %d sealed parts, %d of them as the read key", candidates, len(objects), seeds)
	if candidates < 1000 {
		t.Error("too few candidates: the test looks for them wrongly")
	}
}

// control opens everything with the key that reads: the search would find it.
func (w *writer) control(s storage.Store, h *repo.Header, objects []sealedObject) {
	t := w.t
	code, err := keys.ParseCode(w.code)
	must(t, err)
	r, err := repo.Unlock(t.Context(), s, h, keys.Secret{Lock: keys.Recovery, Value: code}, repo.Options{})
	must(t, err)
	defer r.Close()
	for i := range objects {
		key, err := r.Keyring().Read.Open(objects[i].keyContext, objects[i].key)
		must(t, err)
		if !objects[i].opens(newGCM(t, key)) {
			t.Fatalf("%s does not open with its key: the test tries it wrongly", objects[i].name)
		}
	}
}

// trySlots tries a key on every slot but the device's own.
func (w *writer) trySlots(slots []*keys.Slot, own core.UUID, key []byte) {
	for _, slot := range slots {
		for _, lock := range []keys.Lock{keys.Recovery, keys.Device} {
			if slot.ID == own {
				continue
			}
			if _, err := slot.Open(keys.Secret{Lock: lock, Value: key}); err == nil {
				w.t.Fatalf("slot %s opens", slot.ID)
			}
		}
	}
}

// newGCM returns AES-256-GCM under a key.
func newGCM(t *testing.T, key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	must(t, err)
	aead, err := cipher.NewGCM(block)
	must(t, err)
	return aead
}

// opens reports whether the part is sealed under a key.
func (o *sealedObject) opens(key cipher.AEAD) bool {
	_, err := key.Open(nil, o.nonce, o.part, o.context)
	return err == nil
}

func (w *writer) tryObjects(objects []sealedObject, key []byte) {
	aead := newGCM(w.t, key)
	for i := range objects {
		if objects[i].opens(aead) {
			w.t.Fatalf("%s opens", objects[i].name)
		}
	}
}

// part describes a sealed part of an object; id is a snapshot's.
func part(name string, repoID core.UUID, kind crypto.Kind, id []byte, number uint32, key, sealed []byte) sealedObject {
	place := []byte{byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}
	of := crypto.KindPack
	if kind == crypto.KindSnapshot {
		of = kind
	}
	return sealedObject{name, key, crypto.Context(repoID, of, id), sealed, append(make([]byte, 8), place...), crypto.Context(repoID, kind, place)}
}

// sealed gathers the segments and footers of all packs, and all manifests; and what the device's keys open: index objects, notes and pins,
// which is all that it may learn.
func (w *writer) sealed(s storage.Store, r *repo.Repo) (objects []sealedObject, opened [][]byte) {
	t, id := w.t, r.Header().ID
	snapshots := 0
	w.files(w.store, func(path string, data []byte) {
		name, err := filepath.Rel(w.store, path)
		must(t, err)
		const head, keySize = 120, crypto.SealedKeySize
		switch kind, _, _ := strings.Cut(name, "/"); kind {
		case "snapshots":
			snapshots++
			snapshot, err := core.ParseUUID(strings.TrimPrefix(name, "snapshots/"))
			must(t, err)
			objects = append(objects, part(name, id, crypto.KindSnapshot, snapshot[:], 0, data[head:head+keySize], data[head+keySize:]))
		case "packs":
			key, n, err := pack.Trailer(data[len(data)-pack.TrailerSize:])
			must(t, err)
			end := len(data) - pack.TrailerSize
			objects = append(objects, part(name, id, crypto.KindFooter, nil, 1<<32-1, key, data[end-n:end]))
		case "index":
			ctx := crypto.Context(id, crypto.KindIndex, nil)
			plain, err := crypto.OpenOnce(r.Keyring().Writer.IndexKey(), ctx, data[head:])
			must(t, err) // that it may learn
			opened = append(opened, plain)
			plain, err = crypto.Unpad(plain)
			must(t, err)
			packs, err := index.Decode(plain)
			must(t, err)
			for i := range packs {
				objects = append(objects, w.segments(id, &packs[i])...)
			}
		case "pins":
			var ids []byte
			for _, one := range strings.Split(strings.TrimPrefix(name, "pins/"), ".") {
				u, err := core.ParseUUID(one)
				must(t, err)
				ids = append(ids, u[:]...)
			}
			plain, err := crypto.OpenOnce(r.Keyring().Writer.ManifestKey(), crypto.Context(id, crypto.KindPin, ids), data[head:])
			must(t, err)
			opened = append(opened, plain)
		}
	})
	if snapshots < 3 || len(opened) < 3 {
		t.Fatalf("%d snapshots, %d objects that the device may open", snapshots, len(opened))
	}
	return objects, opened
}

// segments returns the segments of a pack, which the index tells the device where they are.
func (w *writer) segments(id core.UUID, e *pack.Entry) (out []sealedObject) {
	data, err := os.ReadFile(filepath.Join(w.store, filepath.FromSlash(repo.PackName(e.Name))))
	must(w.t, err)
	for i, offset := range e.Footer.Offsets() {
		sealed := data[offset : offset+int64(e.Footer.Segments[i].Stored)]
		out = append(out, part(fmt.Sprint("segment ", i, " of ", e.Name.Short()), id, crypto.KindSegment, nil, uint32(i), e.Key, sealed))
	}
	return out
}
