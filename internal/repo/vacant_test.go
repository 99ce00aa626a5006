package repo

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
	fault "backup_projeto/internal/storage/faulty"
)

// refused wants that no repository is found and none made, and that nothing was stored.
func refused(t *testing.T, s *fault.Memory, code core.Code) {
	t.Helper()
	before := s.Clone()
	if _, err := ReadHeader(t.Context(), s); core.KindOf(err) != core.Damage || core.CodeOf(err) != code {
		t.Errorf("reading: %v", err)
	}
	_, err := Create(t.Context(), s, "", "test", Options{Keep: func(*keys.DeviceKey) { t.Error("a key was made") }})
	if core.KindOf(err) != core.Damage || core.CodeOf(err) != code {
		t.Errorf("creating: %v", err)
	}
	if !s.Same(before) {
		t.Errorf("there are now %v", s.Names(""))
	}
}

// TestBesideAnything: one object of whatever kind that a repository had is enough that no other is made there.
func TestBesideAnything(t *testing.T) {
	id := core.UUID{7}.String()
	for _, name := range []string{PackName(core.ID{1}), indexPrefix + core.ID{1}.String(), snapshotName(core.UUID{7}), trashPrefix + id + "." + id,
		pinPrefix + id + "." + id, markPrefix + id, revokedPrefix + id + "." + id, sessionName(core.UUID{7}), parityPrefix + "01/" + core.ID{1}.String() + ".5",
		asidePrefix + "config." + core.ID{1}.String()} {
		s := fault.NewMemory()
		must(t, s.Put(t.Context(), name, []byte("data")))
		t.Log(name)
		refused(t, s, codeConfigGone)
	}
}

// TestKeysAlone leaves a repository nothing but keys: no other is made there, and with a key the configuration comes to be what it was.
func TestKeysAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fault.NewMemory()
		made := create(t, s, "", Options{Parity: 200})
		right := s.Whole(configName)
		must(t, s.Delete(t.Context(), configName))
		refused(t, s, codeKeysAlone)
		for _, secret := range []keys.Secret{made.Device.Secret(), {Lock: keys.Recovery, Value: made.Code}} {
			r, err := adopt(t, s, secret, Options{})
			must(t, err)
			if done, err := r.PutBack(t.Context(), configName); !done || err != nil {
				t.Fatal(done, err)
			}
			if now := s.Whole(configName); !bytes.Equal(now, right) {
				t.Errorf("%x became %x", right, now)
			}
			must(t, s.Delete(t.Context(), configName))
		}
		for _, name := range s.Names(slotPrefix) {
			must(t, s.Delete(t.Context(), name))
		}
		refused(t, s, codeKeysAlone) // settings
	})
}

// slowly waits before it stores a configuration.
type slowly struct{ *fault.Memory }

func (s slowly) Create(ctx context.Context, name string, data []byte) error {
	time.Sleep(creationTime / 2)
	return s.Memory.Create(ctx, name, data)
}

// TestCreatedMeanwhile: the keys of a repository that is being made are waited for.
func TestCreatedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fault.NewMemory()
		done := make(chan core.UUID)
		go func() {
			c, err := Create(t.Context(), slowly{s}, "", "first", Options{})
			must(t, err)
			done <- c.Device.Repo
			must(t, c.Repo.Close())
		}()
		time.Sleep(creationTime / 10)
		if _, err := Create(t.Context(), s, "", "second", Options{}); !storage.IsExists(err) {
			t.Errorf("creating: %v", err)
		}
		h, err := ReadHeader(t.Context(), s)
		if id := <-done; err != nil || h.ID != id {
			t.Errorf("found %v, %v; want %v", h, err, id)
		}
		if n := s.Names(slotPrefix); len(n) != 2 {
			t.Errorf("slots: %v", n)
		}

		ctx, cancel := context.WithTimeout(t.Context(), creationStep*3/2) // and who waits can be interrupted
		defer cancel()
		must(t, s.Delete(t.Context(), configName))
		if _, err := ReadHeader(ctx, s); err != context.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
	})
}

// refusing refuses to store what has a prefix, or one of them after the first.
type refusing struct {
	*fault.Memory
	prefix string
	after  int
}

func (s *refusing) Put(ctx context.Context, name string, data []byte) error {
	if len(name) >= len(s.prefix) && name[:len(s.prefix)] == s.prefix {
		if s.after--; s.after < 0 {
			return storage.Errf(storage.Denied, name, nil)
		}
	}
	return s.Memory.Put(ctx, name, data)
}

func (s *refusing) Create(ctx context.Context, name string, data []byte) error {
	return s.Put(ctx, name, data)
}

// TestCreationTakenBack: a creation that is refused at any of its steps leaves nothing, and one that is cut off leaves a key that finishes it.
func TestCreationTakenBack(t *testing.T) {
	var forgotten core.UUID
	var key *keys.DeviceKey
	opt := Options{Parity: parity.Share(200), Keep: func(k *keys.DeviceKey) { key = k }, Forget: func(id core.UUID) { forgotten = id }}
	for _, where := range []refusing{{prefix: slotPrefix}, {prefix: slotPrefix, after: 1}, {prefix: settingsPrefix}, {prefix: configName}} {
		where.Memory = fault.NewMemory()
		key, forgotten = nil, core.UUID{}
		if _, err := Create(t.Context(), &where, "", "test", opt); !storage.IsDenied(err) {
			t.Errorf("%s %d: %v", where.prefix, where.after, err)
		}
		if left := where.Names(""); len(left) != 0 || key == nil || forgotten != key.Repo {
			t.Errorf("%s %d: %v are left; the key of %v was forgotten", where.prefix, where.after, left, forgotten)
		}
	}
	for n := 1; n <= 2; n++ { // cut off after n slots
		synctest.Test(t, func(t *testing.T) {
			s := fault.NewMemory()
			f := fault.New(s, fault.DeadFrom(fault.Class{Method: fault.Put, Folder: "keys"}, n))
			forgotten = core.UUID{}
			if _, err := Create(t.Context(), f, "", "test", Options{Keep: opt.Keep, Forget: opt.Forget}); core.KindOf(err) != core.Destination {
				t.Fatal(err)
			}
			if left := s.Names(""); len(left) != n || !forgotten.IsZero() {
				t.Errorf("%v are left; the key of %v was forgotten", left, forgotten)
			}
			wantFinished(t, s, key)
		})
	}
}

// wantFinished finishes a creation that was cut off, and looks whether both its keys open what it made, with the parity that was wanted; not so on another
// machine, nor where it was whole once.
func wantFinished(t *testing.T, s *fault.Memory, key *keys.DeviceKey) {
	t.Helper()
	_, why := ReadHeader(t.Context(), s)
	none := func(core.UUID) *keys.DeviceKey { return nil }
	if c, err := Finish(t.Context(), s, why, none, "", "test", Options{}); c != nil || err != nil {
		t.Errorf("without a key: %v, %v", c, err)
	}
	mine := func(core.UUID) *keys.DeviceKey { return key }
	opt := Options{Cache: t.TempDir(), Parity: 200}
	c, err := Finish(t.Context(), s, why, mine, "", "test", opt)
	must(t, err)
	must(t, c.Repo.Close())
	for _, secret := range []keys.Secret{key.Secret(), {Lock: keys.Recovery, Value: c.Code}} {
		r := unlockWith(t, s, secret, Options{})
		if share, _, err := r.Parity(t.Context()); share != 200 || err != nil || r.Header().ID != key.Repo {
			t.Errorf("%v has parity %v, %v", r.Header().ID, share, err)
		}
	}
	must(t, s.Delete(t.Context(), configName))
	if c, err := Finish(t.Context(), s, why, mine, "", "test", opt); c != nil || err != nil {
		t.Errorf("where it was whole once: %v, %v", c, err)
	}
}
