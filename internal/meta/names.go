package meta

import (
	"os/user"
	"strconv"
	"sync"
)

// Names looks up users and groups and remembers the answers, also that there was none: a tree has few owners and many
// entries. Its zero value is ready, and several goroutines may use it. It asks os/user, which without cgo reads /etc/passwd
// and /etc/group only: owners that only a directory service knows have no name.
type Names struct {
	users, groups cache[uint32, string]
	uids, gids    cache[string, uint32]
}

// User returns the name of a user, or "".
func (n *Names) User(uid uint32) string {
	name, _ := n.users.get(uid, func(id uint32) (string, bool) {
		u, err := user.LookupId(strconv.FormatUint(uint64(id), 10))
		if err != nil {
			return "", false
		}
		return u.Username, true
	})
	return name
}

// Group returns the name of a group, or "".
func (n *Names) Group(gid uint32) string {
	name, _ := n.groups.get(gid, func(id uint32) (string, bool) {
		g, err := user.LookupGroupId(strconv.FormatUint(uint64(id), 10))
		if err != nil {
			return "", false
		}
		return g.Name, true
	})
	return name
}

// UID returns the number of a user on this machine; false if there is none of that name.
func (n *Names) UID(name string) (uint32, bool) {
	return n.uids.get(name, func(name string) (uint32, bool) {
		u, err := user.Lookup(name)
		if err != nil {
			return 0, false
		}
		return number(u.Uid)
	})
}

// GID returns the number of a group on this machine; false if there is none of that name.
func (n *Names) GID(name string) (uint32, bool) {
	return n.gids.get(name, func(name string) (uint32, bool) {
		g, err := user.LookupGroup(name)
		if err != nil {
			return 0, false
		}
		return number(g.Gid)
	})
}

// number reads an id; on Windows it is no number.
func number(s string) (uint32, bool) {
	v, err := strconv.ParseUint(s, 10, 32)
	return uint32(v), err == nil
}

type found[V any] struct {
	value V
	ok    bool
}

// cache remembers what a lookup said.
type cache[K comparable, V any] struct {
	mu   sync.RWMutex // guards seen
	seen map[K]found[V]
}

func (c *cache[K, V]) get(key K, look func(K) (V, bool)) (V, bool) {
	c.mu.RLock()
	f, ok := c.seen[key]
	c.mu.RUnlock()
	if ok {
		return f.value, f.ok
	}
	f.value, f.ok = look(key) // twice for one key does no harm
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[K]found[V]{}
	}
	c.seen[key] = f
	return f.value, f.ok
}
