package repo

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
)

// shareOf reads the setting.
func shareOf(t *testing.T, r *Repo) parity.Share {
	t.Helper()
	share, damaged, err := r.Parity(t.Context())
	if err != nil || len(damaged) > 0 {
		t.Fatal(damaged, err)
	}
	return share
}

// file is where a local store has an object.
func file(s *local.Store, object string) string {
	return filepath.Join(s.LocalPath(), filepath.FromSlash(object))
}

func TestParitySetting(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Parity: 200})
	if got := shareOf(t, c.Repo); got != 200 {
		t.Fatalf("a new repository has %d", got)
	}
	other := unlockWith(t, s, keys.Secret{Lock: keys.Recovery, Value: c.Code}, Options{})
	must(t, other.SetParity(t.Context(), 500))
	if got := shareOf(t, c.Repo); got != 500 {
		t.Errorf("another device set 500, and it is %d", got)
	}
	// A clock that is ahead does not keep others from changing it.
	ahead := &keys.Settings{ID: crypto.NewTimeUUID(time.Now().Add(1000 * time.Hour)), Parity: 700}
	ahead.Certify(c.Repo.ring)
	must(t, s.Put(t.Context(), settingsName(ahead.ID), ahead.Encode()))
	must(t, other.SetParity(t.Context(), 300))
	if got := shareOf(t, c.Repo); got != 300 {
		t.Errorf("after a clock that was ahead it is %d", got)
	}
	if left := objects(t, s, settingsPrefix); len(left) != 1 {
		t.Errorf("old settings stay: %v", left)
	}
	if err := c.Repo.SetParity(t.Context(), parity.Whole+1); core.KindOf(err) != core.Usage {
		t.Errorf("more than all: %v", err)
	}
}

// TestParitySettingDoubtful: a write-only device cannot change it, and neither can who has only the store; what is damaged is told, and what
// held before does.
func TestParitySettingDoubtful(t *testing.T) {
	s := newStore(t)
	c := create(t, s, "", Options{Parity: 200})
	key := keys.NewDeviceKey(c.Repo.Header().ID)
	_, err := c.Repo.AddSlot(t.Context(), key.Secret(), "ci", true)
	must(t, err)
	writer := unlockWith(t, s, key.Secret(), Options{})
	if err := writer.SetParity(t.Context(), 0); core.KindOf(err) != core.WrongKey {
		t.Errorf("a write-only device: %v", err)
	}
	if got := shareOf(t, writer); got != 200 {
		t.Errorf("a write-only device reads %d", got)
	}
	stranger, err := keys.NewKeyring(c.Repo.Header().ID)
	must(t, err)
	forged := &keys.Settings{ID: crypto.NewTimeUUID(time.Now().Add(time.Hour)), Parity: 0}
	forged.Certify(stranger)
	must(t, s.Put(t.Context(), settingsName(forged.ID), forged.Encode()))
	share, damaged, err := c.Repo.Parity(t.Context())
	if err != nil || share != 200 || len(damaged) != 1 || damaged[0].Object != settingsName(forged.ID) {
		t.Errorf("forged settings: %d, %v, %v", share, damaged, err)
	}
	stranger.Repo = crypto.NewUUID() // of a creation that lost: nobody's damage
	forged.Certify(stranger)
	must(t, s.Put(t.Context(), settingsName(forged.ID), forged.Encode()))
	if got := shareOf(t, c.Repo); got != 200 {
		t.Errorf("with another repository's settings beside it is %d", got)
	}
}

// protected is a repository with parity, a snapshot in it, and its packs.
func protected(t *testing.T, share parity.Share) (*Repo, *local.Store, core.UUID, [][]byte, []core.ID) {
	t.Helper()
	s := newStore(t)
	r := create(t, s, "", Options{Parity: share}).Repo
	load(t, r)
	chunks := content(7, 120)
	m, _ := put(t, r, chunks)
	var packs []core.ID
	for p := range r.Packs() {
		packs = append(packs, p.Name)
	}
	return r, s, m.ID, chunks, packs
}

func TestSessionStoresParity(t *testing.T) {
	for _, share := range []parity.Share{0, 200, parity.Whole} {
		r, s, _, _, packs := protected(t, share)
		all, err := r.ParityObjects(t.Context())
		must(t, err)
		if share == 0 {
			if len(all) > 0 || len(objects(t, s, parityPrefix)) > 0 {
				t.Errorf("parity that nobody asked for: %v", all)
			}
			continue
		}
		for _, name := range packs {
			data, err := storage.ReadAll(t.Context(), s, PackName(name), core.MaxPack)
			must(t, err)
			want, err := parity.Fit(len(data), share)
			must(t, err)
			list := all[name]
			if len(list) != 1 || list[0].K != want.K || list[0].Size != int64(want.Bytes()) {
				t.Fatalf("pack of %d bytes at %d: %+v, want %+v", len(data), share, list, want)
			}
			must(t, r.CheckParity(t.Context(), list[0], data))
		}
		if len(all) != len(packs) {
			t.Errorf("%d packs, %d with parity", len(packs), len(all))
		}
	}
}

// TestReadsHeal damages packs in all ways that parity mends, and reads everything whole; nothing in the store changes.
func TestReadsHeal(t *testing.T) {
	for name, harm := range map[string]func(b []byte) []byte{
		"a byte":   func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"a sector": func(b []byte) []byte { clear(b[4096:8192]); return b },
		"trailer":  func(b []byte) []byte { clear(b[len(b)-4096:]); return b },
		"tail":     func(b []byte) []byte { return b[:len(b)-4096] },
	} {
		t.Run(name, func(t *testing.T) {
			r, s, id, chunks, packs := protected(t, 200)
			for _, p := range packs {
				data, err := os.ReadFile(file(s, PackName(p)))
				must(t, err)
				size := int64(len(data))
				harmed := harm(data)
				must(t, os.WriteFile(file(s, PackName(p)), harmed, 0o600))
				e, err := r.PackEntry(t.Context(), p, size)
				must(t, err)
				flaws, err := r.Examine(t.Context(), e)
				if err != nil || len(flaws) > 0 {
					t.Fatal(flaws, err)
				}
				if now, err := os.ReadFile(file(s, PackName(p))); err != nil || !bytes.Equal(now, harmed) {
					t.Error("reading changed the store", err)
				}
			}
			wantContent(t, r, id, chunks)
			slices.SortFunc(packs, core.ID.Compare)
			if got := r.Healed(); len(got) == 0 || name != "a byte" && !slices.Equal(got, packs) {
				t.Errorf("%d packs were mended, %d told", len(packs), len(got))
			}
		})
	}
}

// TestBeyondParity: what cannot be mended stays damage, of the pack, and is not tried again for each block.
func TestBeyondParity(t *testing.T) {
	r, s, _, _, packs := protected(t, 200)
	name := packs[0]
	data, err := os.ReadFile(file(s, PackName(name)))
	must(t, err)
	whole := bytes.Clone(data)
	clear(data)
	must(t, os.WriteFile(file(s, PackName(name)), data, 0o600))
	if _, err := r.Mended(t.Context(), name); core.CodeOf(err) != codeBeyondParity || core.KindOf(err) != core.Damage {
		t.Fatal(err)
	}
	if len(r.Healed()) > 0 {
		t.Error("told as mended")
	}
	must(t, os.Remove(file(s, PackName(name))))
	if _, err := r.Mend(t.Context(), name); core.CodeOf(err) != codeBeyondParity {
		t.Errorf("without the pack: %v", err)
	}
	if err := r.PutPack(t.Context(), name, data); err == nil {
		t.Error("other bytes were stored under the pack's name")
	}
	must(t, r.PutPack(t.Context(), name, whole))
	back, err := r.Mended(t.Context(), name)
	if err != nil || !bytes.Equal(back, whole) {
		t.Errorf("rewritten, and still remembered as lost: %v", err)
	}
	none := crypto.Hash([]byte("none"))
	if can, err := r.CanMend(t.Context(), none); can || err != nil {
		t.Error(can, err)
	}
	if _, err := r.Mend(t.Context(), none); core.CodeOf(err) != codeNoParity {
		t.Errorf("of a pack without parity: %v", err)
	}
}

// TestBadParity: a pack that is whole is not made worse by parity that is damaged, and with the older of two parity objects it is mended
// where the newer is gone bad.
func TestBadParity(t *testing.T) {
	r, s, _, _, packs := protected(t, 200)
	name := packs[0]
	data, err := os.ReadFile(file(s, PackName(name)))
	must(t, err)
	o, _, err := r.PutParity(t.Context(), name, data, nil, 5000)
	must(t, err)
	torn, err := os.ReadFile(file(s, o.Name()))
	must(t, err)
	clear(torn)
	must(t, os.WriteFile(file(s, o.Name()), torn, 0o600))
	if err := r.CheckParity(t.Context(), o, data); core.CodeOf(err) != codeBadParity {
		t.Errorf("cleared parity: %v", err)
	}
	bad := bytes.Clone(data)
	bad[100] ^= 1
	must(t, os.WriteFile(file(s, PackName(name)), bad, 0o600))
	got, err := r.Mend(t.Context(), name)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("with the older parity: %v", err)
	}
}

// TestForeignNames: what is no parity's name is nobody's business.
func TestForeignNames(t *testing.T) {
	id := crypto.Hash([]byte("x"))
	good := (&ParityObject{Pack: id, K: 5}).Name()
	if o, ok := parseParity(storage.Info{Name: good, Size: 9}); !ok || o != (ParityObject{id, 5, 9}) {
		t.Errorf("%+v", o)
	}
	h := id.String()
	for _, name := range []string{"", "parity/", parityPrefix + h[:2] + "/" + h, good + "0000", good + ".1", parityPrefix + "zz/" + h + ".5",
		parityPrefix + h[:2] + "/" + h + ".05", parityPrefix + h[:2] + "/" + h + ".0", parityPrefix + h[:2] + "/" + h + ".129",
		parityPrefix + h[:2] + "/" + h + ".+5", PackName(id)} {
		if o, ok := parseParity(storage.Info{Name: name}); ok {
			t.Errorf("%q is %+v", name, o)
		}
	}
}

// TestPackWithoutParity: where the store takes the pack and not its parity, the session fails, and the next takes the pack over.
func TestPackWithoutParity(t *testing.T) {
	s := newStore(t)
	r := create(t, s, "", Options{Parity: 200, Cache: t.TempDir()}).Repo
	must(t, os.WriteFile(file(s, "parity"), nil, 0o600)) // no folder can be made there
	session, err := r.Begin(t.Context())
	must(t, err)
	data := bytes.Repeat([]byte("content"), 1000)
	id := r.Hasher().Sum(data)
	add(t, session, pack.Data, data)
	if err := session.Finish(); err == nil {
		t.Fatal("the parity was not stored, and nobody says so")
	}
	session.Close()
	must(t, os.Remove(file(s, "parity")))
	load(t, r)
	if !r.Has(&id) {
		t.Error("the pack that was stored is not listed")
	}
}
