package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/index"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
)

// device adds a device and opens the repository with its key.
func (p *place) device(writeOnly bool) *repo.Repo {
	p.t.Helper()
	key := keys.NewDeviceKey(p.made.Repo.Header().ID)
	_, err := p.open("").AddSlot(p.t.Context(), key.Secret(), "other", writeOnly)
	must(p.t, err)
	s := p.store()
	h, err := repo.ReadHeader(p.t.Context(), s)
	must(p.t, err)
	r, err := repo.Unlock(p.t.Context(), s, h, key.Secret(), repo.Options{Cache: p.t.TempDir()})
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

// sign stores an index object as a hostile build does: any packs, in the name of any slot.
func (p *place) sign(ring *keys.Keyring, slot core.UUID, signer *crypto.Signer, packs ...pack.Entry) {
	p.t.Helper()
	ctx := crypto.Context(p.made.Repo.Header().ID, crypto.KindIndex, nil)
	body := crypto.SealOnce(ring.Writer.IndexKey(), ctx, crypto.Pad(index.Encode(packs)))
	b := append([]byte("bp-indx1"), slot[:]...)
	b = append(b, signer.Verifier()...)
	b = append(b, signer.Sign(slices.Concat(ctx, slot[:]), body)...)
	b = append(b, body...)
	must(p.t, p.store().Put(p.t.Context(), "index/"+crypto.Hash(b).String(), b))
}

// claim returns an entry that says that chunks are in a pack, and the pack with other bytes in their place.
func (p *place) claim(ring *keys.Keyring, ids []core.ID) (pack.Entry, []byte) {
	p.t.Helper()
	b, err := pack.NewBuilder(nil, new([]byte), ring.Public, p.made.Repo.Header().ID, pack.Data)
	must(p.t, err)
	raw := random(77, len(ids)*chunkSize)
	s := pack.Segment{Raw: len(raw), IDs: ids}
	for range ids {
		s.Lengths = append(s.Lengths, chunkSize)
	}
	must(p.t, b.Add(s, raw))
	built, err := b.Finish()
	must(p.t, err)
	e := built.Entry
	e.Key = bytes.Clone(e.Key)
	return e, bytes.Clone(built.Data)
}

// ids returns the chunks that a file is cut into.
func ids(r *repo.Repo, content []byte) (out []core.ID) {
	for part := range slices.Chunk(content, chunkSize) {
		out = append(out, r.Hasher().Sum(part))
	}
	return out
}

// wantRestored restores a snapshot with the operation that people use.
func (p *place) wantRestored(r *repo.Repo, m *snapshot.Manifest, want files) {
	p.t.Helper()
	to := p.t.TempDir()
	if _, err := restore.Run(p.t.Context(), r, m, restore.Options{Target: to}, &report.Discard{}); err != nil {
		p.t.Errorf("restore: %v", err)
	}
	for name, content := range want {
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || !bytes.Equal(got, content) {
			p.t.Errorf("%s is restored as %d bytes, %v", name, len(got), err)
		}
	}
}

// TestPoison: whatever a device that may only write claims to be stored, another one stores it all the same, and what it has saved can be
// restored with the claims standing beside it. Nothing that merges index objects, and no verification, makes a claim believed that is not
// true.
func TestPoison(t *testing.T) {
	for name, poison := range map[string]func(p *place, r, hostile *repo.Repo, ids []core.ID){
		"a pack that is not there": func(p *place, _, hostile *repo.Repo, ids []core.ID) {
			e, _ := p.claim(hostile.Keyring(), ids)
			p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"a pack with other content": func(p *place, _, hostile *repo.Repo, ids []core.ID) {
			e, data := p.claim(hostile.Keyring(), ids)
			must(p.t, p.store().Put(p.t.Context(), repo.PackName(e.Name), data))
			p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"chunks of other lengths": func(p *place, _, hostile *repo.Repo, ids []core.ID) {
			e, _ := p.claim(hostile.Keyring(), ids)
			s := &e.Footer.Segments[0]
			s.Lengths[0], s.Lengths[1] = s.Lengths[0]-9, s.Lengths[1]+9
			p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"a pack that another has put": func(p *place, r, hostile *repo.Repo, ids []core.ID) {
			p.save("theirs", files{"theirs": random(5, 6*chunkSize)})
			e := clone(*p.onlyPack(pack.Data))
			copy(e.Footer.Segments[0].IDs, ids)
			p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"a pack that another has put, under another key": func(p *place, r, hostile *repo.Repo, ids []core.ID) {
			p.save("theirs", files{"theirs": random(5, 6*chunkSize)})
			e := clone(*p.onlyPack(pack.Data))
			own, _ := p.claim(hostile.Keyring(), ids)
			e.Key = own.Key
			copy(e.Footer.Segments[0].IDs, ids)
			p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"in another's name as its origin": func(p *place, r, hostile *repo.Repo, ids []core.ID) {
			e, _ := p.claim(hostile.Keyring(), ids)
			e.Origin = r.Keyring().Slot
			p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"signed in another's name": func(p *place, r, hostile *repo.Repo, ids []core.ID) {
			e, _ := p.claim(hostile.Keyring(), ids)
			p.sign(hostile.Keyring(), r.Keyring().Slot, hostile.Keyring().Signer, e)
		},
		"signed by nobody": func(p *place, r, hostile *repo.Repo, ids []core.ID) {
			e, _ := p.claim(hostile.Keyring(), ids)
			p.sign(hostile.Keyring(), crypto.NewUUID(), crypto.RandomSigner(), e)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			hostile, r := p.device(true), p.open("")
			bait := random(1, 3*chunkSize)  // nobody stores this
			prize := random(2, 3*chunkSize) // and somebody this
			all := files{"prize": prize, "more": random(3, 1000)}
			poison(p, r, hostile, ids(r, bait))
			poison(p, r, hostile, ids(r, prize))

			for i, device := range []*repo.Repo{p.open(""), p.open(p.cache), p.device(false), p.device(true)} {
				if _, err := device.LoadIndex(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, id := range ids(device, bait) {
					if device.Believes(&id) {
						t.Fatal("the claim is believed")
					}
				}
				if i > 0 { // the devices that come later find it
					all[string(rune('a'+i))] = random(uint64(10+i), 2*chunkSize)
				}
				m := p.saveIn(device, "saved", all)
				for _, id := range ids(device, prize) {
					if !device.Believes(&id) {
						t.Error("what was saved is not there")
					}
				}
				p.wantRestored(p.reader(), m, all)
			}

			// Prunes that merge index objects, and verifications, spread no claim.
			for range 16 {
				p.claimAgain(hostile, ids(r, bait))
			}
			o := prune.Options{Grace: -1, MaxRewrite: -1}
			if _, err := prune.Run(t.Context(), p.reader(), o, &report.Discard{}); err != nil {
				t.Fatal(err)
			}
			v := Options{DataPercent: 100, Vouch: true}
			if _, err := Run(t.Context(), p.reader(), v, &report.Discard{}); err != nil {
				t.Fatal(err)
			}
			after := p.reader()
			for _, id := range ids(after, bait) {
				if after.Believes(&id) {
					t.Error("the claim is believed in the end")
				}
			}
			for _, id := range ids(after, prize) {
				if !after.Believes(&id) {
					t.Error("what was saved is not believed in the end")
				}
			}
		})
	}
}

// reader opens the repository with the key that reads everything, and loads the index.
func (p *place) reader() *repo.Repo {
	p.t.Helper()
	r := p.open("")
	if _, err := r.LoadIndex(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	return r
}

// claimAgain stores one more small index object: when they are many a prune merges them.
func (p *place) claimAgain(hostile *repo.Repo, ids []core.ID) {
	e, _ := p.claim(hostile.Keyring(), ids)
	p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e)
}

// TestVouch: what a device that may only write has saved is counted on by others from when it was read to its last byte, once, and still
// when prunes have merged who said so.
func TestVouch(t *testing.T) {
	p := newPlace(t)
	ci, all := p.device(true), files{"a": random(1, 3*chunkSize), "b": random(2, 1000)}
	m := p.saveIn(ci, "ci", all)
	chunks := append(ids(ci, all["a"]), ids(ci, all["b"])...)
	believed := func() (n int) {
		r := p.reader()
		for i := range chunks {
			if r.Believes(&chunks[i]) {
				n++
			}
		}
		return n
	}
	indexes := len(p.objects("index"))
	if _, err := Run(t.Context(), p.open(""), Options{DataPercent: 100}, &report.Discard{}); err != nil || believed() != 0 || len(p.objects("index")) != indexes {
		t.Fatalf("believed without being vouched for, or the store was changed: %v", err)
	}
	v := Options{DataPercent: 100, Vouch: true}
	if res, err := Run(t.Context(), p.open(""), Options{Vouch: true}, &report.Discard{}); err != nil || res.Vouched != 0 {
		t.Fatalf("%d packs were vouched for, unread: %v", res.Vouched, err)
	}
	if _, err := Run(t.Context(), p.open(p.cache), v, &report.Discard{}); err != nil {
		t.Fatal(err)
	}
	if got := believed(); got != len(chunks) {
		t.Fatalf("%d of %d are believed", got, len(chunks))
	}
	res, err := Run(t.Context(), p.open(""), v, &report.Discard{})
	if err != nil || res.Vouched != 0 || len(p.objects("sessions")) != 0 {
		t.Fatalf("%d packs were vouched for again, %v", res.Vouched, err)
	}
	p.want(res)

	// Nothing of it is stored again, by devices that have an old index too.
	packs := len(p.objects("packs"))
	for _, device := range []*repo.Repo{p.open(p.cache), p.device(true)} {
		p.wantRestored(p.reader(), p.saveIn(device, "again", all), all)
	}
	if got := len(p.objects("packs")); got != packs {
		t.Errorf("%d packs became %d", packs, got)
	}

	// In whatever order a prune reads the two entries of a pack, the one that is believed stays, alone.
	for i := range 16 {
		p.save("more", files{"more": random(uint64(100+i), 100)})
	}
	time.Sleep(10 * time.Millisecond)
	if _, err := prune.Run(t.Context(), p.reader(), prune.Options{Grace: -1, MaxRewrite: -1}, &report.Discard{}); err != nil {
		t.Fatal(err)
	}
	if got := believed(); got != len(chunks) {
		t.Errorf("%d of %d are believed after a prune", got, len(chunks))
	}
	listed := map[core.ID]int{}
	must(t, p.reader().ReadIndexes(t.Context(), 1, func(_ string, packs []pack.Entry, err error) error {
		for i := range packs {
			listed[packs[i].Name]++
		}
		return err
	}))
	for name, n := range listed {
		if n != 1 {
			t.Errorf("pack %s is listed %d times", name.Short(), n)
		}
	}
	p.wantRestored(p.reader(), m, all)
}

// TestRestoreAmongLies: two devices that may only write contradict each other about a chunk; neither is believed, and the one that tells the
// truth is found.
func TestRestoreAmongLies(t *testing.T) {
	p := newPlace(t)
	hostile, ci, all := p.device(true), p.device(true), files{"a": random(1, 3*chunkSize)}
	m := p.saveIn(ci, "ci", all)
	var honest pack.Entry
	for _, e := range p.packs(p.open(""), pack.Data, nil) {
		honest = *e
	}
	sign := func(e pack.Entry) { p.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, e) }
	chunks := ids(ci, all["a"])
	for _, delta := range []int{-40_000, -1, 0, 1, 40_000} {
		e, data := p.claim(hostile.Keyring(), chunks)
		e.Footer.Segments[0].Lengths[0] += delta
		e.Footer.Segments[0].Lengths[1] -= delta
		must(t, p.store().Put(t.Context(), repo.PackName(e.Name), data))
		sign(e)
	}
	liar := clone(honest) // the honest pack, as if it had another key
	own, _ := p.claim(hostile.Keyring(), chunks)
	liar.Key = own.Key
	sign(liar)
	for range 5 { // in whatever order they are tried
		p.wantRestored(p.reader(), m, all)
	}

	// What is said of one chunk must not take the others of its segment along.
	q := newPlace(t)
	hostile, ci = q.device(true), q.device(true)
	m = q.saveIn(ci, "ci", all)
	honest = *q.onlyPack(pack.Data)
	for range 5 {
		liar := clone(honest)
		own, _ := q.claim(hostile.Keyring(), chunks)
		liar.Key = own.Key
		copy(liar.Footer.Segments[0].IDs[1:], []core.ID{core.ID(random(8, 32)), core.ID(random(9, 32))})
		q.sign(hostile.Keyring(), hostile.Keyring().Slot, hostile.Keyring().Signer, liar)
	}
	q.wantRestored(q.reader(), m, all)
}
