package verify

import (
	"hash/maphash"
	"sync"

	"backup_projeto/internal/core"
)

// maxSlots bounds one generation of a seen: 64 MiB.
const maxSlots = 1 << 23

// seen is the set of ids that were dealt with, in bounded memory. An id is kept as 8 bytes of a hash under a random key, so that nobody
// can make two ids that meet; with 10 million folders two meet with a chance of one in 400,000, and then one of them is not checked.
//
// There are two generations. When the young one is full, the old one is forgotten and the young one becomes old; an id that is met again
// in the old one is young again. So at most 128 MiB are taken, some 6 million ids are remembered, and what is forgotten is what was met
// longest ago: it costs being checked again.
type seen struct {
	seed  maphash.Seed
	limit int // slots of a generation

	mu         sync.Mutex
	young, old marks // guarded by mu
}

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), limit: maxSlots} }

func (s *seen) mark(id *core.ID) uint64 { return max(maphash.Bytes(s.seed, id[:]), 1) }

// has reports whether an id is remembered.
func (s *seen) has(id *core.ID) bool {
	m := s.mark(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.young.has(m) || s.old.has(m)
}

// add remembers an id and reports whether it is new.
func (s *seen) add(id *core.ID) bool {
	m := s.mark(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.young.has(m) {
		return false
	}
	isNew := !s.old.has(m)
	if s.young.full(s.limit) {
		s.old, s.young = s.young, marks{}
	}
	s.young.add(m)
	return isNew
}

// marks is an open hash table of numbers that are hashes already, none of them 0.
type marks struct {
	slots []uint64 // as many as a power of two; 0 is free
	n     int
}

// at returns the slot that has m, or the free one where it would be.
func (t *marks) at(m uint64) int {
	i := int(m>>1) & (len(t.slots) - 1)
	for t.slots[i] != 0 && t.slots[i] != m {
		i = (i + 1) & (len(t.slots) - 1)
	}
	return i
}

func (t *marks) has(m uint64) bool { return t.n > 0 && t.slots[t.at(m)] == m }

// crowded reports whether a table must grow before it takes another.
func (t *marks) crowded() bool { return t.n >= len(t.slots)/4*3 }

func (t *marks) full(limit int) bool { return len(t.slots) >= limit && t.crowded() }

func (t *marks) add(m uint64) {
	if t.crowded() {
		old := t.slots
		t.slots = make([]uint64, max(2*len(old), 1<<10))
		for _, o := range old {
			if o != 0 {
				t.slots[t.at(o)] = o
			}
		}
	}
	t.slots[t.at(m)] = m
	t.n++
}
