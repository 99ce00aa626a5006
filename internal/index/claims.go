package index

import (
	"sync"

	"backup_projeto/internal/core"
)

// Claims are the chunks that a session has taken to store and that are not in the Set yet. All methods may be called at once from
// many goroutines. A claim costs about 60 bytes until it is removed.
type Claims struct {
	shards [64]claimShard
}

type claimShard struct {
	mu  sync.Mutex
	ids map[core.ID]struct{} // guarded by mu
	_   [48]byte             // two shards do not share a line of the processor's cache
}

// NewClaims returns an empty one.
func NewClaims() *Claims { return &Claims{} }

func (c *Claims) shard(id *core.ID) *claimShard { return &c.shards[id[core.IDSize-1]%64] }

// Claim claims a chunk and reports whether the caller is the first.
func (c *Claims) Claim(id *core.ID) bool {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.ids[*id]; taken {
		return false
	}
	if s.ids == nil {
		s.ids = map[core.ID]struct{}{}
	}
	s.ids[*id] = struct{}{}
	return true
}

// ClaimAbsent claims a chunk unless has says that it is stored, and reports whether the caller is to store it. It asks before
// claiming, since most chunks are stored, and again after: another goroutine may have put the chunk into the Set and removed its
// claim between the two, and the chunk would be stored twice.
func (c *Claims) ClaimAbsent(id *core.ID, has func(*core.ID) bool) bool {
	if has(id) || !c.Claim(id) {
		return false
	}
	if has(id) {
		c.remove(id)
		return false
	}
	return true
}

// Remove gives claims up: of chunks that are in the Set by now, or that could not be stored. Ids without a claim are passed over.
func (c *Claims) Remove(ids []core.ID) {
	for i := range ids {
		c.remove(&ids[i])
	}
}

func (c *Claims) remove(id *core.ID) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if delete(s.ids, *id); len(s.ids) == 0 {
		s.ids = nil // a map keeps its memory
	}
}

// Len returns how many claims there are.
func (c *Claims) Len() (n int) {
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		n += len(s.ids)
		s.mu.Unlock()
	}
	return n
}
