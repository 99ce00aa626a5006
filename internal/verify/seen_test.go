package verify

import (
	"encoding/binary"
	"testing"

	"backup_projeto/internal/core"
)

func number(n int) (id core.ID) {
	binary.BigEndian.PutUint64(id[20:], uint64(n))
	return id
}

func TestSeen(t *testing.T) {
	s := newSeen()
	const n = 100_000
	for round := range 2 {
		for i := range n {
			id := number(i)
			if s.has(&id) != (round == 1) || s.add(&id) != (round == 0) || !s.has(&id) {
				t.Fatalf("round %d, %d", round, i)
			}
		}
	}
	other := number(n)
	if s.has(&other) {
		t.Error("what was not added is there")
	}
}

// TestSeenIsBounded: beyond the limit what was met longest ago is forgotten, and what is met again stays.
func TestSeenIsBounded(t *testing.T) {
	s := newSeen()
	s.limit = 1 << 12
	kept := number(1 << 30)
	s.add(&kept)
	for i := range 50_000 {
		id := number(i)
		s.add(&id)
		if i%1000 == 0 && s.add(&kept) {
			t.Fatalf("forgotten at %d", i)
		}
		if len(s.young.slots) > s.limit || len(s.old.slots) > s.limit {
			t.Fatal("beyond the limit")
		}
	}
	early, late := number(0), number(49_999)
	if s.has(&early) || !s.has(&late) {
		t.Error(s.has(&early), s.has(&late))
	}
	remembered := 0
	for i := range 50_000 {
		id := number(i)
		if s.has(&id) {
			remembered++
		}
	}
	if remembered < s.limit/2 {
		t.Error("too little is remembered:", remembered)
	}
}
