package spare

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/verify"
)

// TestUnreadable: sectors that the disk refuses to read are mended like those that it reads wrong, in packs and in parity, as many as parity makes
// up for; a check writes the packs anew.
func TestUnreadable(t *testing.T) {
	p := newPlace(t, 200, 8_000_000)
	for i, coarse := range []bool{false, true} {
		p.disk = faulty.NewSectors(p.store())
		p.disk.Coarse = coarse
		r := rand.New(rand.NewPCG(4, uint64(i)))
		name := p.largest()
		o, right := p.has()[name][0], p.read(repo.PackName(name))
		shape := parity.Shape{Size: len(right), K: o.K}
		from := r.IntN(shape.Blocks() - shape.Parity())
		for n := range shape.Parity() - shape.Columns() { // a run, less than what can be lost by one of each column
			p.disk.Lose(repo.PackName(name), from+n)
		}
		p.disk.Lose(o.Name(), 0, int(o.Size/2/parity.Block)) // the table's first page, and of the parity blocks
		found, err := verify.Run(t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
		must(t, err)
		if len(found.Damaged) != 1 || core.CodeOf(found.Damaged[0].Err) != storage.Medium || !found.Damaged[0].Mendable || found.Damaged[0].Total > 0 {
			t.Fatalf("verify says %+v", found.Damaged)
		}
		if healed := p.restored(); len(healed) != 1 || healed[0] != name {
			t.Errorf("mended while restoring: %v", healed)
		}
		res := p.run(Options{Check: true})
		if res.Mended.Objects != 1 || res.Written.Objects != 1 || res.Lost > 0 {
			t.Fatalf("the check says %+v", res)
		}
		if !bytes.Equal(p.read(repo.PackName(name)), right) {
			t.Fatal("the pack is not what it was")
		}
		_, before := p.disk.Reads()
		found, err = verify.Run(t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
		if _, after := p.disk.Reads(); err != nil || len(found.Damaged) > 0 || after != before {
			t.Errorf("after the check: %v, %v", found.Damaged, err)
		}
	}
}

// TestUnreadableUnprotected: without parity, what does not stand on the bad sectors is restored, what does is named with what the disk did, and
// nothing else that is wrong is hidden by it.
func TestUnreadableUnprotected(t *testing.T) {
	p := newPlace(t, 0, 20_000_000)
	packs := p.packs()
	p.disk = faulty.NewSectors(p.store())
	name := p.largest()
	object := repo.PackName(name)
	p.disk.Lose(object, 0, len(p.read(object))/2/parity.Block)
	other := packs[0]
	if other == name {
		other = packs[1]
	}
	right := p.read(repo.PackName(other))
	p.write(repo.PackName(other), append(right[:len(right)-1:len(right)-1], right[len(right)-1]^1))
	found, err := verify.Run(t.Context(), p.open(), verify.Options{DataPercent: 100}, &report.Discard{})
	must(t, err)
	if len(found.Damaged) != 2 {
		t.Fatalf("verify says %+v", found.Damaged)
	}
	var lost int64
	for _, d := range found.Damaged {
		if (d.Object == object) != (core.CodeOf(d.Err) == storage.Medium) {
			t.Errorf("%s: %v", d.Object, d.Err)
		}
		if d.Object == object {
			lost = d.Total
		}
	}
	p.write(repo.PackName(other), right)
	r := p.open()
	_, err = r.LoadIndex(t.Context())
	must(t, err)
	to := filepath.Join(t.TempDir(), "to")
	res, err := restore.Run(t.Context(), r, p.snap, restore.Options{Target: to}, &report.Discard{})
	if core.CodeOf(err) != "restore-damaged" {
		t.Fatal(err)
	}
	files, err := os.ReadDir(p.src)
	must(t, err)
	if lost == 0 || lost > int64(len(files))/4 || int64(len(res.Issues)) != lost {
		t.Errorf("%d of %d files suffer, verify says; the restore tells of %d", lost, len(files), len(res.Issues))
	}
	for _, i := range res.Issues {
		if !strings.Contains(fmt.Sprint(i.Err), string(storage.Medium)) {
			t.Errorf("%s: %v", i.Path, i.Err)
		}
	}
	for _, f := range files {
		want, err := os.ReadFile(filepath.Join(p.src, f.Name()))
		must(t, err)
		if got, err := os.ReadFile(filepath.Join(to, f.Name())); err == nil && bytes.Equal(got, want) {
			lost++
		}
	}
	if lost != int64(len(files)) {
		t.Errorf("%d files are as they were or lost, of %d", lost, len(files))
	}
	if refused := r.Refused(); len(refused) != 1 || refused[0] != name {
		t.Errorf("told of by the restore: %v", refused)
	}
}

// largest is the largest pack.
func (p *place) largest() (name core.ID) {
	p.t.Helper()
	all, err := p.made.Repo.StoredPacks(p.t.Context())
	must(p.t, err)
	for n, size := range all {
		if size > all[name] {
			name = n
		}
	}
	return name
}
