//go:build linux && (amd64 || arm64)

package disktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const sector = 4096

// badSectors is a disk that cannot read some sectors of a file: what asks the kernel for them gets EIO, as from a disk.
type badSectors struct {
	path   string
	inode  inode // a file that comes to the path later stands elsewhere
	bad    []int64
	struck int
}

// badDisk makes sectors of a file of the repository bad.
func badDisk(t *testing.T, path string, bad ...int64) *badSectors {
	t.Helper()
	return &badSectors{path: path, inode: inodeOf(path), bad: bad}
}

func (d *badSectors) decide(c *call) answer {
	if c.nr != unix.SYS_PREAD64 || c.fdPath(c.args[0]) != d.path {
		return carryOut
	}
	if inodeOf(d.path) != d.inode {
		return carryOut
	}
	from, to := int64(c.args[3]), int64(c.args[3]+c.args[2])
	for _, n := range d.bad {
		if from < (n+1)*sector && to > n*sector {
			d.struck++
			return answer{errno: unix.EIO}
		}
	}
	return carryOut
}

// largestPack is the path of the largest pack.
func (w *world) largestPack() (path string) {
	w.t.Helper()
	var most int64
	must(w.t, filepath.WalkDir(filepath.Join(w.repo, "packs"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > most {
			path, most = p, info.Size()
		}
		return err
	}))
	return path
}

// TestBadSectors: a disk that answers EIO for some sectors of a pack is told from everything else. With parity restore, verify and a backup go on,
// and repair writes the pack anew, byte for byte, in another place; without, what does not stand on the sectors is restored.
func TestBadSectors(t *testing.T) {
	w := newWorld(t)
	pack := w.largestPack()
	d := badDisk(t, pack, 3, 20)

	got := w.supervised(d.decide, "verify", "--data=100%")
	if got.code != 6 || !strings.Contains(got.out+got.err, "the disk cannot read it") {
		t.Errorf("verify without parity: %v", got)
	}
	got = w.supervised(d.decide, "restore", "--to="+w.target, "--snapshot="+w.saved[0])
	if got.code != 6 || !strings.Contains(got.err, "the disk could not read all of") {
		t.Errorf("restore without parity: %v", got)
	}
	want, have := w.content(w.project), w.content(w.target)
	lost := 0
	for name, sum := range have {
		if name != "b" && want[name] != sum {
			t.Errorf("%s is not as it was", name)
		}
	}
	for name := range want {
		_, ok := have[name]
		if !ok && name != "new" {
			lost++
		}
		if told := strings.Contains(got.err, "warning: "+name+" was not restored"); told != (!ok && name != "new") {
			t.Errorf("%s: restored %v, told as lost %v", name, ok, told)
		}
	}
	if lost == 0 || d.struck == 0 { // how many share a block with a bad sector differs with the repository's keys
		t.Errorf("%d entries were lost, %d reads failed", lost, d.struck)
	}

	w.reset()
	w.want(0, "parity", "--set=10%")
	before, err := os.ReadFile(pack)
	must(t, err)
	d = badDisk(t, pack, 3, 20)
	got = w.supervised(d.decide, "restore", "--to="+w.target, "--snapshot="+w.saved[0])
	if got.code != 0 || !strings.Contains(got.err, "the disk could not read all of") || !strings.Contains(got.err, "with the help of its parity") {
		t.Errorf("restore with parity: %v", got)
	}
	if got = w.supervised(d.decide, "verify", "--data=100%"); got.code != 6 || !strings.Contains(got.out+got.err, "the disk cannot read it") {
		t.Errorf("verify with parity: %v", got)
	}
	if got = w.supervised(d.decide, "repair", "--data=100%"); got.code != 0 {
		t.Errorf("repair: %v", got)
	}
	after, err := os.ReadFile(pack)
	must(t, err)
	if sum := sha256.Sum256(after); !bytes.Equal(before, after) || hex.EncodeToString(sum[:]) != filepath.Base(pack) || inodeOf(pack) == d.inode {
		t.Error("the pack was not written anew")
	}
	if got = w.supervised(d.decide, "verify", "--data=100%"); got.code != 0 {
		t.Errorf("verify in the end: %v", got)
	}
}
