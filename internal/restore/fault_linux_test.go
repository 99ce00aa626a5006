package restore

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage/local"
)

// faulty is what the fault tests restore, over an older copy of some of it.
func faulty() []node {
	return []node{file("a", "new a"), file("b", random(1, 1<<20)), dir("d", file("c", "new c"), symlink("l", "t"), dir("e")),
		linked(1, file("h1", "h")), linked(1, file("h2", "h")), file("z", "")}
}

// TestFaults has each system call that a restore makes in its target fail once, in a process of its own under strace, with an error
// that concerns one entry and with one that ends the work, or is its last. Whatever happens, each file is the old one or the new one, and success
// is not claimed falsely.
func TestFaults(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip(err)
	}
	w := newWorld(t)
	m := w.save(faulty()...)
	dir := tempDir(t)
	must(t, os.WriteFile(filepath.Join(dir, "snapshot"), m.Encode(), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "device"), w.device.Encode(), 0o600))
	own := []string{"error=EIO:when=1", "error=EACCES:when=2", "signal=KILL:when=2"}
	shared := []string{"error=EIO:when=9+5", "error=EACCES:when=20+9"} // the first of these are the program's start
	reached := 0
	for call, faults := range map[string][]string{"pwrite64": own, "fchmod": own, "utimensat": own, "renameat2": own, "renameat": own, "mkdirat": own, "symlinkat": own,
		"linkat": own, "unlinkat": own, "syncfs": own, "flistxattr": own,
		"openat": shared, "newfstatat": shared, "fstat": shared, "getdents64": shared, "pread64": shared, "close": shared} {
		for _, fault := range faults {
			target := filepath.Join(dir, "target")
			must(t, os.RemoveAll(target))
			write(t, filepath.Join(target, "a"), "old a")
			write(t, filepath.Join(target, "d/c"), "old c")
			cmd := exec.Command(strace, "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace="+call, "-e", "inject="+call+":"+fault,
				os.Args[0], "-test.run=^TestFaultChild$", "-test.v")
			cmd.Env = append(os.Environ(), "RESTORE_FAULT_DIR="+dir, "RESTORE_FAULT_STORE="+w.store)
			out, err := cmd.CombinedOutput()
			if strings.Contains(string(out), "ptrace") || errors.Is(err, exec.ErrNotFound) {
				t.Skipf("%v: %s", err, out)
			}
			said := childSaid(string(out))
			if said == "" && !strings.Contains(fault, "KILL") {
				continue // it did not even get to the restore
			}
			reached++
			checkFault(t, call+" "+fault, target, said)
			if said == "" {
				w.restore(m, Options{Target: target, Overwrite: true})
				wantAmong(t, target, faulty()...)
			}
		}
	}
	if reached < 30 {
		t.Errorf("only %d faults were tried", reached)
	}
}

const childPrefix = "child says: "

func childSaid(out string) string {
	for line := range strings.Lines(out) {
		if _, said, ok := strings.Cut(line, childPrefix); ok {
			return strings.TrimSpace(said)
		}
	}
	return ""
}

// checkFault looks at what a restore left that had a fault.
func checkFault(t *testing.T, fault, target, said string) {
	t.Helper()
	if os.Getenv("RESTORE_FAULT_SHOW") != "" {
		t.Logf("%s: %s", fault, said)
	}
	if said == "restored" {
		wantTree(t, target, faulty()...)
	}
	must(t, filepath.WalkDir(target, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if strings.HasPrefix(d.Name(), meta.TempPrefix) {
			if said != "" && !strings.HasPrefix(fault, "unlinkat") {
				t.Errorf("%s: left %s", fault, path)
			}
			return nil
		}
		got := read(t, path)
		old := map[string]string{"a": "old a", "c": "old c"}[d.Name()]
		fresh := map[string]string{"a": "new a", "b": random(1, 1<<20), "c": "new c", "h1": "h", "h2": "h", "z": ""}[d.Name()]
		if got != old && got != fresh || old == "" && got != fresh {
			t.Errorf("%s: %s holds %d bytes %.20q", fault, path, len(got), got)
		}
		return nil
	}))
	for _, name := range []string{"a", "d/c"} {
		if _, err := os.Lstat(filepath.Join(target, name)); err != nil {
			t.Errorf("%s: %v", fault, err)
		}
	}
	if t.Failed() {
		t.Fatalf("%s: the restore said: %s", fault, said)
	}
}

// TestFaultChild is the process that has the faults.
func TestFaultChild(t *testing.T) {
	dir := os.Getenv("RESTORE_FAULT_DIR")
	if dir == "" {
		t.Skip("runs in TestFaults")
	}
	data, err := os.ReadFile(filepath.Join(dir, "snapshot"))
	must(t, err)
	m, err := snapshot.Decode(data)
	must(t, err)
	data, err = os.ReadFile(filepath.Join(dir, "device"))
	must(t, err)
	device, err := keys.ParseDeviceKey(data)
	must(t, err)
	store, err := local.New(os.Getenv("RESTORE_FAULT_STORE"))
	must(t, err)
	h, err := repo.ReadHeader(t.Context(), store)
	must(t, err)
	r, err := repo.Unlock(t.Context(), store, h, device.Secret(), repo.Options{})
	must(t, err)
	defer r.Close()
	_, err = r.LoadIndex(t.Context())
	must(t, err)
	res, err := Run(t.Context(), r, m, Options{Target: filepath.Join(dir, "target"), Overwrite: true}, &report.Discard{})
	switch {
	case err != nil:
		fmt.Println(childPrefix+"error", core.KindOf(err), err)
		if core.KindOf(err) == core.Failure {
			fmt.Println("an error of no kind")
		}
	case len(res.Issues) > 0:
		fmt.Println(childPrefix+"issues", res.Issues)
	default:
		fmt.Println(childPrefix + "restored")
	}
}
