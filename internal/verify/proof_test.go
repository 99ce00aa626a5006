package verify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/report"
)

// TestProofTimes: of each pack it is said when it was last read, and whether it was right then.
func TestProofTimes(t *testing.T) {
	p := newPlace(t)
	p.saveMany(4)
	file := filepath.Join(t.TempDir(), "proof")
	run := func(o Options) *Result {
		o.ProofFile, o.Proofs = file, true
		res, err := Run(t.Context(), p.open(""), o, &report.Discard{})
		must(t, err)
		return res
	}
	res := run(Options{})
	if len(res.Proofs) != 8 || res.PacksTotal != 8 || res.PacksProven != 0 || res.BytesProven != 0 || !res.Oldest.IsZero() || !res.Proofs[7].Time.IsZero() {
		t.Fatalf("nothing was read: %+v", res)
	}
	// As if one pack had been read long ago.
	pr := readProof(file, p.open("").Header().ID, nil)
	long := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	old := core.ID(hex(t, res.Proofs[3].Pack))
	pr.add(&old, reading{pr.begin(1), long.Unix()})
	must(t, pr.save())
	res = run(Options{})
	if last := res.Proofs[7]; res.PacksProven != 1 || !res.Oldest.Equal(long) || last.Pack != packPath(old) || !last.Time.Equal(long) || last.Bad || res.BytesProven != last.Size {
		t.Errorf("%+v", res)
	}
	before := time.Now().Truncate(time.Second)
	if res = run(Options{DataBytes: 1}); res.PacksRead != 1 || res.PacksProven != 2 || !res.Oldest.Equal(long) {
		t.Errorf("%+v", res)
	}
	bad := filepath.Join(p.dir, res.Proofs[0].Pack) // one that was never read
	whole, err := os.ReadFile(bad)
	must(t, err)
	edit(t, bad, func(b []byte) []byte { b[len(b)/2] ^= 4; return b })
	res = run(Options{DataPercent: 100})
	for _, proof := range res.Proofs {
		if proof.Bad != (filepath.Base(proof.Pack) == filepath.Base(bad)) || proof.Time.Before(before) {
			t.Errorf("one is damaged: %+v", proof)
		}
	}
	if res.PacksProven != 7 || len(res.Damaged) != 1 {
		t.Errorf("%+v", res)
	}
	must(t, os.WriteFile(bad, whole, 0o600))
	res = run(Options{DataPercent: 100})
	if res.PacksProven != 8 || res.Oldest.Before(before) || res.BytesProven != res.BytesTotal || res.BytesTotal == 0 {
		t.Errorf("%+v", res)
	}
	var sum int64
	for _, proof := range res.Proofs {
		if sum += proof.Size; proof.Bad || proof.Time.Before(before) {
			t.Errorf("%+v", proof)
		}
	}
	if sum != res.BytesTotal {
		t.Errorf("%d bytes of %d", sum, res.BytesTotal)
	}
	must(t, os.Remove(bad)) // proven, and then gone
	if res = run(Options{}); res.PacksProven != 7 || res.PacksTotal != 8 || len(res.Damaged) != 1 {
		t.Errorf("%+v", res)
	}
}

func packPath(id core.ID) string { return "packs/" + id.String()[:2] + "/" + id.String() }

func hex(t *testing.T, path string) []byte {
	t.Helper()
	id, err := core.ParseID(path[strings.LastIndexByte(path, '/')+1:])
	must(t, err)
	return id[:]
}

// TestNothingRemembered: where nothing is, runs of a part come to everything all the same.
func TestNothingRemembered(t *testing.T) {
	names := make([]core.ID, 7)
	for i := range names {
		names[i][0] = byte(i)
	}
	first := map[core.ID]bool{}
	for range 500 { // each is the first one in seven times: that one is missing has a chance of 1 in 10^32
		_, others := readProof("", core.UUID{7}, nil).split(append([]core.ID(nil), names...))
		first[others[0]] = true
	}
	if len(first) != 7 {
		t.Errorf("only %d packs ever come first", len(first))
	}
}

// TestSmallObjects: pins, marks and copies in the trash that are damaged are found.
func TestSmallObjects(t *testing.T) {
	p := newPlace(t)
	p.saveMany(3)
	r := p.open("")
	ids, err := r.SnapshotIDs(t.Context())
	must(t, err)
	_, err = r.Pin(t.Context(), ids[1], 1)
	must(t, err)
	must(t, r.Drop(t.Context(), ids[0]))
	_, err = r.PutMark(t.Context(), &gc.Mark{Condemned: []core.ID{crypto.Hash([]byte("a pack"))}})
	must(t, err)
	p.want(p.verify(Options{}))
	for _, folder := range []string{"pins", "trash", "gc"} {
		names, err := filepath.Glob(filepath.Join(p.dir, folder, "*"))
		must(t, err)
		if len(names) != 1 {
			t.Fatalf("%s: %v", folder, names)
		}
		whole, err := os.ReadFile(names[0])
		must(t, err)
		edit(t, names[0], func(b []byte) []byte { b[len(b)/2] ^= 4; return b })
		res := p.verify(Options{})
		if len(res.Damaged) != 1 || res.Damaged[0].Object != folder+"/"+filepath.Base(names[0]) || core.CodeOf(res.Damaged[0].Err) != codeObject {
			t.Errorf("%s: %v", folder, p.told(res))
		}
		must(t, os.WriteFile(names[0], whole, 0o600))
	}
	p.want(p.verify(Options{}))
}

// TestNoSnapshots: that there is data and no snapshot is told, if nothing else explains it.
func TestNoSnapshots(t *testing.T) {
	p := newPlace(t)
	told := func() bool {
		t.Helper()
		res, err := Run(t.Context(), p.open(""), Options{}, &report.Discard{})
		must(t, err)
		for _, i := range res.Issues {
			if core.CodeOf(i.Err) == codeNothing {
				return true
			}
		}
		return false
	}
	if told() {
		t.Error("an empty repository is not suspicious")
	}
	p.save("1", files{"a": random(1, 10_000)})
	if told() {
		t.Error("a snapshot is there")
	}
	must(t, os.RemoveAll(filepath.Join(p.dir, "snapshots")))
	if !told() {
		t.Error("all snapshots are gone, and nobody says so")
	}
}
