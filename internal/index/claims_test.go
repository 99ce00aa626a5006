package index

import (
	"sync"
	"sync/atomic"
	"testing"

	"backup_projeto/internal/core"
)

func TestClaimHasOneWinner(t *testing.T) {
	c, m := NewClaims(), newMaker(1)
	ids := make([]core.ID, 500)
	for i := range ids {
		ids[i] = m.id()
	}
	var wins atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range ids {
				if c.Claim(&ids[i]) {
					wins.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if int(wins.Load()) != len(ids) || c.Len() != len(ids) {
		t.Errorf("%d claims won, %d kept, of %d", wins.Load(), c.Len(), len(ids))
	}
	c.Remove(ids[:200])
	c.Remove(ids[:1])
	if c.Len() != 300 || !c.Claim(&ids[0]) || c.Claim(&ids[200]) {
		t.Errorf("%d claims are left of 300", c.Len())
	}
}

// TestClaimAbsentNeverTwice has workers store chunks while the index takes them over and gives the claims up.
func TestClaimAbsentNeverTwice(t *testing.T) {
	c, m, s := NewClaims(), newMaker(2), openSet(t, "")
	ids := make([]core.ID, 2000)
	for i := range ids {
		ids[i] = m.id()
	}
	var stored atomic.Int32
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range ids {
				if !c.ClaimAbsent(&ids[i], s.Has) {
					continue
				}
				stored.Add(1)
				mu.Lock()
				p, source := m.entry(ids[i]), m.id()
				mu.Unlock()
				add(t, s, source, p)
				c.Remove(ids[i : i+1])
			}
		})
	}
	wg.Wait()
	if int(stored.Load()) != len(ids) || c.Len() != 0 {
		t.Errorf("%d stores of %d chunks, %d claims left", stored.Load(), len(ids), c.Len())
	}
}
