package lifetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// content is a piece of the stock by its number. It is the same wherever it stands.
type content int

// bytes makes the content: a third of it can be compressed, some is cut into several chunks, little of it is large.
func (c content) bytes() []byte {
	r := rand.New(rand.NewPCG(uint64(c), 7))
	size := 200 + r.IntN(6000)
	switch {
	case c%331 == 0:
		size = 2_500_000 + r.IntN(2_000_000)
	case c%29 == 0:
		size = 60_000 + r.IntN(200_000)
	}
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(c), byte(c >> 8), byte(c >> 16), 1}).Read(b)
	if c%3 == 0 {
		for i := range b {
			b[i] = "0123456789abcdef"[b[i]&15]
		}
	}
	return b
}

// digest is what a file must have.
type digest [sha256.Size]byte

// stock gives out content.
type stock struct {
	next    content
	lately  []content // given up, the last at the end
	digests map[content]digest
}

// remembered is how much of what was given up may come back.
const remembered = 400

func (s *stock) pick(rng *rand.Rand) content {
	switch n := len(s.lately); {
	case n > 0 && rng.IntN(3) == 0:
		return s.lately[rng.IntN(n)]
	case s.next > 20 && rng.IntN(5) == 0:
		return s.next - content(rng.IntN(20)) // what others have as well
	}
	s.next++
	return s.next
}

func (s *stock) giveUp(c content) {
	s.lately = append(s.lately, c)
	s.lately = s.lately[max(0, len(s.lately)-remembered):]
}

func (s *stock) digest(c content) digest {
	d, known := s.digests[c]
	if !known {
		d = sha256.Sum256(c.bytes())
		s.digests[c] = d
	}
	return d
}

// desk is a project's folder on a machine, and what is in it.
type desk struct {
	dir     string
	project snapshot.Project
	files   map[string]content
}

// machine is a device.
type machine struct {
	name      string
	key       *keys.DeviceKey
	writeOnly bool
	revoked   bool
	cache     string
	image     string        // an old copy of the cache; "" is none
	skew      time.Duration // by which its clock is wrong
	desks     []*desk
	met       int // objects that the store had been given when it last did something
}

// change does what people do in a day: files come, change, move and go.
func (d *desk) change(s *stock, rng *rand.Rand, now time.Time) error {
	var err error
	for n := 1 + rng.IntN(4); n > 0 && err == nil; n-- {
		names := slices.Sorted(maps.Keys(d.files))
		place := fmt.Sprintf("folder-%d/file-%d", rng.IntN(4), rng.IntN(8))
		switch kind := rng.IntN(10); {
		case kind < 2 && len(names) > 6:
			err = d.remove(s, names[rng.IntN(len(names))])
		case kind < 4 && len(names) > 0:
			from := names[rng.IntN(len(names))]
			c := d.files[from]
			if from == place {
				continue
			}
			if err = d.put(s, place, c, now); err == nil {
				err = d.remove(s, from)
			}
		default:
			err = d.put(s, place, s.pick(rng), now)
		}
	}
	return err
}

func (d *desk) put(s *stock, name string, c content, now time.Time) error {
	if old, there := d.files[name]; there {
		s.giveUp(old)
	}
	path := filepath.Join(d.dir, name)
	d.files[name] = c
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, c.bytes(), 0o644), os.Chtimes(path, now, now))
}

func (d *desk) remove(s *stock, name string) error {
	s.giveUp(d.files[name])
	delete(d.files, name)
	return os.Remove(filepath.Join(d.dir, name))
}

// open opens a repository as the program does: where the configuration or the machine's slot is damaged, with what is left.
func (m *machine) open(ctx context.Context, s storage.Store, key *keys.DeviceKey, cache string) (*repo.Repo, error) {
	o := repo.Options{Cache: cache, Workers: 1}
	h, err := repo.ReadHeader(ctx, s)
	if err == nil {
		var r *repo.Repo
		if r, err = repo.Unlock(ctx, s, h, key.Secret(), o); err == nil {
			return r, nil
		}
		switch core.CodeOf(err) {
		case "no-slot", "slot-damaged", "wrong-key":
			if kept, e := repo.UnlockKept(ctx, s, h, key.Secret(), o); e == nil {
				return kept, nil
			}
			if e := repo.CheckSlots(ctx, s, h); e != nil {
				err = e
			}
		}
	}
	orphan, e := repo.FindOrphan(ctx, s, err)
	if e != nil || orphan == nil {
		return nil, errors.Join(err, e)
	}
	for _, h := range orphan.Headers() {
		if r, e := orphan.Unlock(ctx, h, key.Secret(), o); e == nil {
			return r, nil
		}
	}
	return nil, err
}
