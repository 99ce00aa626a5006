package repo

import (
	"slices"
	"testing"
	"time"

	"backup_projeto/internal/pack"
)

// TestPace begins packs a second after one another, with a share of it waited for.
func TestPace(t *testing.T) {
	const none = -1 // the memory is new: no pack has arrived yet
	for name, c := range map[string]struct {
		waited []time.Duration // ms
		want   []pack.Level
	}{
		"a pack or two":       {[]time.Duration{none, none}, []pack.Level{pack.Normal, pack.Normal}},
		"a fast store":        {[]time.Duration{none, none, 0, 0, 0}, []pack.Level{pack.Normal, pack.Normal, pack.Fast, pack.Fast, pack.Fast}},
		"a slow store":        {[]time.Duration{none, none, 900, 800, 300}, []pack.Level{pack.Normal, pack.Normal, pack.Small, pack.Small, pack.Small}},
		"as fast as filled":   {[]time.Duration{none, none, 100, 240}, []pack.Level{pack.Normal, pack.Normal, pack.Normal, pack.Normal}},
		"a store slows down":  {[]time.Duration{none, none, 0, 900, 900}, []pack.Level{pack.Normal, pack.Normal, pack.Fast, pack.Normal, pack.Small}},
		"a store speeds up":   {[]time.Duration{none, none, 900, 0, 0}, []pack.Level{pack.Normal, pack.Normal, pack.Small, pack.Normal, pack.Fast}},
		"one is slow, by bad": {[]time.Duration{none, none, 0, 900, 0}, []pack.Level{pack.Normal, pack.Normal, pack.Fast, pack.Normal, pack.Fast}},
	} {
		p, now, got := newPace(), time.Unix(0, 0), []pack.Level(nil)
		for _, ms := range c.waited {
			now = now.Add(time.Second)
			p.next(now, max(0, ms)*time.Millisecond, ms != none)
			got = append(got, p.Level())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: levels %d, want %d", name, got, c.want)
		}
	}
}
