package crowdtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
)

// hosts makes network namespaces, where that is allowed: each machine is a host behind a link of its own.
type hosts struct {
	t    *testing.T
	net  string // the first bytes of all addresses
	made int
}

// newHosts returns nil where there can be none.
func newHosts(t *testing.T) *hosts {
	if os.Getuid() != 0 {
		return nil
	}
	h := &hosts{t: t, net: fmt.Sprintf("100.%d.%d", 64+rand.IntN(64), rand.IntN(256))}
	if _, err := h.host(); err != nil {
		t.Logf("machines have no network namespaces: %v", err)
		return nil
	}
	return h
}

// host is one: its name, and the address of this side of its link.
type host struct{ name, link, addr string }

func (h *hosts) host() (*host, error) {
	if h == nil {
		return nil, nil
	}
	id := fmt.Sprintf("bp%d-%d", rand.IntN(1_000_000), h.made)
	at := 4 * h.made
	h.made++
	x := &host{name: id, link: id + "a", addr: fmt.Sprintf("%s.%d", h.net, at+1)}
	h.t.Cleanup(func() {
		_ = ip("link", "del", x.link)
		_ = ip("netns", "del", x.name)
	})
	peer := id + "b"
	for _, args := range [][]string{
		{"netns", "add", x.name},
		{"link", "add", x.link, "type", "veth", "peer", "name", peer},
		{"link", "set", peer, "netns", x.name},
		{"addr", "add", x.addr + "/30", "dev", x.link},
		{"link", "set", x.link, "up"},
		{"netns", "exec", x.name, "ip", "addr", "add", fmt.Sprintf("%s.%d/30", h.net, at+2), "dev", peer},
		{"netns", "exec", x.name, "ip", "link", "set", peer, "up"},
	} {
		if err := ip(args...); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// up connects the host or cuts it off.
func (x *host) up(connected bool) {
	state := "down"
	if connected {
		state = "up"
	}
	_ = ip("link", "set", x.link, state)
}

// command lets words run on the host.
func (x *host) command(words []string) []string {
	if x == nil {
		return words
	}
	return append([]string{"ip", "netns", "exec", x.name}, words...)
}

func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, out)
	}
	return nil
}
