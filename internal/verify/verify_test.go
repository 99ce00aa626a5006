package verify

import (
	"os"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// project is a folder with files of several blocks, of one and of none, a hole, and equal content.
func project() files {
	sparse := append(random(3, 10_000), make([]byte, 100_000)...)
	return files{
		"a.bin":         random(1, 1_200_000),
		"b.bin":         random(2, 300_000),
		"empty":         nil,
		"src/main.go":   []byte("package main\n"),
		"src/sparse":    append(sparse, random(4, 200_000)...),
		"src/deep/copy": random(2, 300_000),
		"zz/last":       random(5, 900_000),
	}
}

func TestHealthy(t *testing.T) {
	p := newPlace(t)
	first := project()
	p.save("1", first)
	first["src/main.go"] = []byte("package other\n")
	delete(first, "empty")
	p.save("2", first)
	o := all
	o.Sample = 100
	res := p.verify(o)
	p.want(res)
	// Folders: two roots, two of src, and deep and zz once each. Blocks: 24+6+1+7+18 (src/sparse has 213,... of data) of data.
	if res.Snapshots != 2 || res.Trees != 6 || res.Packs != 4 || res.PacksTotal != 4 || res.PacksRead != 4 || res.Unlisted != 0 {
		t.Errorf("%+v", res)
	}
	// Of the files, those in folders that both snapshots have come once: 2 in deep and zz, 3 and 2 in the roots, 2 and 2 in src.
	if res.Sampled != 11 || res.SampledLive != 0 || len(res.Issues) != 0 {
		t.Errorf("sampled %d, live %d, %v", res.Sampled, res.SampledLive, res.Issues)
	}
	size := int64(0)
	for _, path := range p.objects("packs") {
		info, err := os.Stat(path)
		must(t, err)
		size += info.Size()
	}
	if res.BytesRead != size {
		t.Errorf("read %d bytes of %d", res.BytesRead, size)
	}
	var rep report.Discard
	_, err := Run(t.Context(), p.open(""), all, &rep)
	must(t, err)
	if g := rep.Progress(); g.Bytes.Load() != size || g.TotalBytes.Load() != size || g.Stored.Load() != size {
		t.Errorf("progress: %d of %d, %d fetched, want %d", g.Bytes.Load(), g.TotalBytes.Load(), g.Stored.Load(), size)
	}
}

func TestEmpty(t *testing.T) {
	o := all
	o.Sample = 3
	p := newPlace(t)
	p.want(p.verify(o))
	p.save("1", files{})
	res := p.verify(o)
	p.want(res)
	if res.Snapshots != 1 || res.Trees != 1 || res.Sampled != 0 {
		t.Errorf("%+v", res)
	}
}

// TestWriteOnly: a device that can only write cannot verify.
func TestWriteOnly(t *testing.T) {
	p := newPlace(t)
	device := keys.NewDeviceKey(p.made.Repo.Header().ID)
	_, err := p.open("").AddSlot(t.Context(), device.Secret(), "ci", true)
	must(t, err)
	s := p.store()
	h, err := repo.ReadHeader(t.Context(), s)
	must(t, err)
	r, err := repo.Unlock(t.Context(), s, h, device.Secret(), repo.Options{})
	must(t, err)
	defer r.Close()
	if _, err := Run(t.Context(), r, all, &report.Discard{}); core.KindOf(err) != core.WrongKey || core.CodeOf(err) != "write-only" {
		t.Error(err)
	}
	if err := r.NewProver().Prove(core.ID{}, nil, core.ID{}); core.KindOf(err) != core.WrongKey {
		t.Error(err)
	}
	if _, err := r.Examine(t.Context(), &pack.Entry{Footer: &pack.Footer{}}); core.KindOf(err) != core.WrongKey {
		t.Error(err)
	}
}

// TestPlaceGone: a store that is not there is not a damaged repository.
func TestPlaceGone(t *testing.T) {
	p := newPlace(t)
	p.save("1", project())
	r := p.open("")
	must(t, os.RemoveAll(p.dir))
	if _, err := Run(t.Context(), r, all, &report.Discard{}); core.KindOf(err) != core.Destination {
		t.Error(err)
	}
}
