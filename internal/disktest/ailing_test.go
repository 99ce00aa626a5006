//go:build linux && (amd64 || arm64)

package disktest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// blockSize is of the file system on the ailing disk.
const blockSize = 1024

// ailing is a real disk, as far as the kernel knows, whose end can break off: a loop device on a file.
type ailing struct {
	t     *testing.T
	image string
	dir   string // where it is mounted
}

// tool runs a program of the system and returns what it says.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Skipf("no disk that fails can be made here: %s: %v: %s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

// newAiling mounts an empty disk. The test is skipped where that needs rights or programs that are not here.
func newAiling(t *testing.T) *ailing {
	t.Helper()
	if os.Geteuid() != 0 || os.Getenv(inside) != "" {
		t.Skip("only root can make a disk that fails")
	}
	d := &ailing{t, filepath.Join(t.TempDir(), "image"), filepath.Join(t.TempDir(), "mount")}
	must(t, os.WriteFile(d.image, nil, 0o600))
	must(t, os.Truncate(d.image, 64<<20))
	must(t, os.Mkdir(d.dir, 0o700))
	tool(t, "mkfs.ext4", "-q", "-b", strconv.Itoa(blockSize), "-O", "^has_journal", d.image)
	tool(t, "mount", "-o", "loop", d.image, d.dir)
	t.Cleanup(func() { _ = unix.Unmount(d.dir, unix.MNT_DETACH) }) // mount made the loop device, which goes with it
	return d
}

// breakOff writes a file anew, so that it is the last on the disk, and lets the disk end so many bytes before the file does.
func (d *ailing) breakOff(path string, n int64) {
	d.t.Helper()
	tool(d.t, "cp", path, path+".new")
	must(d.t, os.Rename(path+".new", path))
	unix.Sync()
	var last int64
	for line := range strings.Lines(tool(d.t, "filefrag", "-v", path)) { // ext: logical: physical: length: expected: flags
		if parts := strings.Split(line, ":"); len(parts) > 3 && strings.Contains(line, "last") {
			_, end, _ := strings.Cut(parts[2], "..")
			var err error
			last, err = strconv.ParseInt(strings.TrimSpace(end), 10, 64)
			must(d.t, err)
		}
	}
	if last == 0 {
		d.t.Skip("where the file is on the disk cannot be seen")
	}
	must(d.t, os.Truncate(d.image, (last+1)*blockSize-n))
	f, err := os.Open(path)
	must(d.t, err)
	defer f.Close()
	must(d.t, unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED))
	if _, err := io.Copy(io.Discard, f); err == nil {
		d.t.Skip("the kernel reads what is not there")
	}
}

// TestAilingDisk: a disk whose end fails, with the kernel's own errors, which calls unreadable all that it read ahead together with it: nothing more
// than the bad sectors counts as lost, so that parity makes up for it, and the pack is written anew.
func TestAilingDisk(t *testing.T) {
	d := newAiling(t)
	w := newWorld(t)
	w.repo = filepath.Join(d.dir, "repository")
	for i := range 8 {
		w.write("large"+strconv.Itoa(i), random(byte(20+i), 1_000_000))
	}
	id := idPattern.FindString(w.want(0, "backup", "--parity=2%").out)
	pack := w.largestPack()
	right, err := os.ReadFile(pack)
	must(t, err)
	d.breakOff(pack, 100<<10)
	got := w.want(0, "restore", "--to="+w.target, "--snapshot="+id)
	if !strings.Contains(got.err, "the disk could not read all of") || !strings.Contains(got.err, "with the help of its parity") {
		t.Errorf("a restore says %v", got)
	}
	if got := w.want(6, "verify", "--data=100%"); !strings.Contains(got.out+got.err, "the disk cannot read it") || !strings.Contains(got.out+got.err, "its parity mends it") {
		t.Errorf("verify says %v", got)
	}
	w.want(0, "repair", "--data=100%")
	if now, err := os.ReadFile(pack); err != nil || !bytes.Equal(now, right) {
		t.Errorf("the pack was not written anew: %v", err)
	}
	w.want(0, "verify", "--data=100%")
	if w.state(w.target) != w.state(w.project) {
		t.Error("what was restored is not what was saved")
	}
}
