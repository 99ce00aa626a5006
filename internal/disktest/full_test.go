//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// inside names the folder where a test that is run again in namespaces of its own may mount small disks.
const inside = "DISKTEST_INSIDE"

// alone runs the test again in a user and a mount namespace of its own, where everybody may mount, and returns false; there it returns true.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--mount", "--", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+program)
	if err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "true").Run(); err != nil {
		t.Skipf("no namespaces to mount small disks in: %v", err)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, summary) {
			fmt.Print(line)
		}
	}
	return false
}

// disk mounts an empty disk of so many bytes, and as many files as it has pages.
func disk(t *testing.T, dir string, size int) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	must(t, unix.Mount("disk", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)))
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
}

// fill takes all but so many bytes of the disk, and returns what gives them back.
func fill(t *testing.T, dir string, free int64) (empty func()) {
	t.Helper()
	var st unix.Statfs_t
	must(t, unix.Statfs(dir, &st))
	name := filepath.Join(dir, ".ballast")
	must(t, os.WriteFile(name, nil, 0o600))
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	must(t, unix.Fallocate(int(f.Fd()), 0, 0, max(int64(st.Bfree)*st.Bsize-free, 1)))
	return func() { must(t, os.Remove(name)) }
}

// oneLine checks that a failed command says one thing, in words, and what to do about it.
func oneLine(t *testing.T, r result) {
	t.Helper()
	errors := strings.Count(r.err, "error: ")
	if errors != 1 || !strings.Contains(r.err, "full") || !strings.Contains(r.err, "hint: ") || strings.Contains(r.err, "goroutine ") {
		t.Errorf("%d errors, or no word of the disk being full: %v", errors, r)
	}
}

// nearlyFull runs a command with a part of the world on a disk that has a little more free each time, until it succeeds with what it then
// has, and returns how often it failed. check is called after each run, and again when there is room; failed says how it was.
func (w *world) nearlyFull(step int64, part *string, args []string, check func(r result, room bool)) (failed int) {
	w.t.Helper()
	name := filepath.Base(*part)
	mount := filepath.Join(w.top, "disk")
	stored := filepath.Join(w.base, name)
	*part = filepath.Join(mount, name)
	for free := int64(0); ; free += step {
		disk(w.t, mount, 16<<20)
		if _, err := os.Stat(stored); err == nil {
			w.copyTree(stored, *part)
		} else {
			must(w.t, os.Mkdir(*part, 0o700))
		}
		empty := fill(w.t, mount, free)
		got := w.run(args...)
		check(got, false)
		empty()
		check(got, true)
		must(w.t, unix.Unmount(mount, unix.MNT_DETACH))
		if w.t.Failed() {
			w.t.Fatalf("with %d bytes free: %v", free, got)
		}
		if got.code == 0 && !strings.Contains(got.err, "warning: ") {
			return failed
		}
		failed++
	}
}

// wantFull checks that a command failed as on a full disk, in one line.
func wantFull(t *testing.T, code int, r result) {
	t.Helper()
	if r.code != code {
		t.Errorf("want exit code %d", code)
	}
	oneLine(t, r)
}

// TestFullRepository backs up to a disk that is full at each of many moments.
func TestFullRepository(t *testing.T) {
	t.Parallel()
	if !alone(t) {
		return
	}
	w := newWorld(t)
	w.write("large", random(9, 2<<20))
	project := w.state(w.project)
	n := w.nearlyFull(coarse(100<<10), &w.repo, []string{"backup"}, func(r result, room bool) {
		if r.code != 0 && !room {
			wantFull(t, 8, r)
		}
		if r.code != 0 {
			w.want(0, "verify", "--data=100%")
		}
		if room && w.restored(w.save()) != project {
			t.Error("what was saved then is not what was there")
		}
	})
	told(t, "repository", n)
}

// TestFullHome works on a machine where nothing more, or only some, can be remembered: that costs time the next time, and nothing else.
func TestFullHome(t *testing.T) {
	t.Parallel()
	if !alone(t) {
		return
	}
	w := newWorld(t)
	project := w.state(w.project)
	mount := filepath.Join(w.top, "disk")
	w.home = filepath.Join(mount, "home")
	n := 0
	for _, args := range [][]string{{"backup"}, {"prune", "--grace=0", "--max-unused=0%"}, {"verify", "--data=100%"}} {
		for free := int64(0); free < 128<<10; free += coarse(12 << 10) {
			w.reset()
			disk(t, mount, 16<<20)
			w.copyTree(filepath.Join(w.base, "home"), w.home)
			empty := fill(t, mount, free)
			got := w.run(args...)
			if got.code != 0 && !(args[0] == "prune" && got.code == 1) {
				t.Errorf("%q with %d bytes: %v", args, free, got)
			} else if got.code != 0 {
				oneLine(t, got)
			}
			n++
			saved := idPattern.FindString(got.out)
			empty()
			if args[0] == "backup" && w.restored(saved) != project || w.restored(w.save()) != project {
				t.Errorf("%q with %d bytes: what was saved is not what was there", args, free)
			}
			w.want(0, args...)
			w.want(0, "verify", "--data=100%")
			must(t, unix.Unmount(mount, unix.MNT_DETACH))
		}
	}
	told(t, "home", n)
}

// TestFullTarget restores to a disk that is full at each of many moments.
func TestFullTarget(t *testing.T) {
	t.Parallel()
	if !alone(t) {
		return
	}
	w := newWorld(t)
	whole := w.restored("latest")
	n := w.nearlyFull(coarse(24<<10), &w.target, []string{"restore", "--to=../disk/target"}, func(r result, room bool) {
		if r.code != 0 && !room {
			wantFull(t, 7, r)
			for name, hash := range w.content(w.target) {
				if want := w.content(filepath.Join(w.top, "restored"))[name]; hash != want {
					t.Errorf("it left %s, which is not what was saved", name)
				}
			}
		}
		if !room {
			return
		}
		w.want(0, "restore", "--to=../disk/target", "--overwrite")
		if got := w.state(w.target); got != whole {
			t.Errorf("the next restore left\n%s", got)
		}
	})
	told(t, "target", n)
}

// coarse is a step, a larger one unless everything is to be tried:
//
//	DISK_FAULTS=all go test -timeout 1h -run TestFull -v ./internal/disktest
func coarse(step int64) int64 {
	if everything() {
		return step
	}
	return 6 * step
}

// summary begins the line that sums a test up.
const summary = "full disk: "

// told prints how many runs had too little room.
func told(t *testing.T, what string, n int) {
	t.Helper()
	if n < 3 {
		t.Errorf("only %d runs had too little room", n)
	}
	fmt.Printf(summary+"%d runs with a %s that had too little room\n", n, what)
}
