package lifetest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"backup_projeto/internal/storage"
)

// object is one of a place's. Its bytes are never changed.
type object struct {
	data []byte
	time time.Time
}

// place is a store in memory with a clock of its own. It watches that no name is ever written with other content than it first had.
type place struct {
	mu     sync.Mutex
	now    func() time.Time             // the store's clock, while an operation runs
	last   time.Time                    // when something was put last; guarded by mu
	objs   map[string]object            // guarded by mu
	first  map[string][sha256.Size]byte // of every name that there ever was; guarded by mu
	broken []string                     // guarded by mu
}

func newPlace() *place {
	return &place{objs: map[string]object{}, first: map[string][sha256.Size]byte{}}
}

// put stores an object at the time of the clock, but never two at one time.
func (p *place) put(name string, data []byte, create bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := p.objs[name]; there && create {
		return storage.Errf(storage.Exists, name, nil)
	}
	sum := sha256.Sum256(data)
	if was, known := p.first[name]; known && was != sum && name != "config" { // which may be made anew after it was damaged
		p.broken = append(p.broken, name)
	}
	p.first[name] = sum
	now := p.now()
	if !now.After(p.last) {
		now = p.last.Add(time.Nanosecond)
	}
	p.last = now
	p.objs[name] = object{bytes.Clone(data), now}
	return nil
}

// names lists what is below a prefix, in order.
func (p *place) names(prefix string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(func(yield func(string) bool) {
		for name := range maps.Keys(p.objs) {
			if strings.HasPrefix(name, prefix) && !yield(name) {
				return
			}
		}
	})
}

// size is what the objects below a prefix take.
func (p *place) size(prefix string) (bytes int64) {
	for _, name := range p.names(prefix) {
		o, _ := p.get(name)
		bytes += int64(len(o.data))
	}
	return bytes
}

func (p *place) get(name string) (object, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, there := p.objs[name]
	return o, there
}

// ruin replaces an object's bytes as a bad disk does, or takes it away where change gives nil.
func (p *place) ruin(name string, change func([]byte) []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.objs[name]
	if o.data = change(bytes.Clone(o.data)); o.data == nil {
		delete(p.objs, name)
		return
	}
	p.objs[name] = o
}

// errDead is what a line says that went dead.
var errDead = errors.New("the line is dead")

// line is one operation's connection to a place.
type line struct {
	p *place

	mu    sync.Mutex
	calls int            // guarded by mu
	seen  map[string]int // calls by the folder of what they are about; guarded by mu
	kill  int            // the call at which it goes dead; 0 is never
	done  bool           // that call is done, and only its answer lost
	nap   time.Duration  // how long the machine sleeps at call napAt, or the one after it; guarded by mu
	napAt int
}

// step begins a call. It reports whether the call is to be done although it fails.
func (l *line) step(ctx context.Context, name string) (anyway bool, err error) {
	l.mu.Lock()
	l.calls++
	n := l.calls
	if l.seen == nil {
		l.seen = map[string]int{}
	}
	folder, _, _ := strings.Cut(name, "/")
	l.seen[folder]++
	nap := time.Duration(0)
	// While a mutex is waited for a bubble's clock stands still, and settings are read under one.
	if n >= l.napAt && !strings.HasPrefix(name, "settings") {
		nap, l.nap = l.nap, 0
	}
	l.mu.Unlock()
	if nap > 0 {
		time.Sleep(nap)
	}
	switch {
	case l.kill > 0 && n >= l.kill:
		return n == l.kill && l.done, storage.Errf(storage.Network, name, errDead)
	case ctx.Err() != nil:
		return false, storage.Errf(storage.Other, name, ctx.Err())
	}
	return false, storage.CheckName(strings.TrimSuffix(name, "/"))
}

func (l *line) change(ctx context.Context, name string, do func() error) error {
	anyway, err := l.step(ctx, name)
	if err == nil || anyway {
		err = errors.Join(do(), err)
	}
	return err
}

func (l *line) Put(ctx context.Context, name string, data []byte) error {
	return l.change(ctx, name, func() error { return l.p.put(name, data, false) })
}

func (l *line) Create(ctx context.Context, name string, data []byte) error {
	return l.change(ctx, name, func() error { return l.p.put(name, data, true) })
}

func (l *line) Delete(ctx context.Context, name string) error {
	return l.change(ctx, name, func() error {
		l.p.mu.Lock()
		defer l.p.mu.Unlock()
		delete(l.p.objs, name)
		return nil
	})
}

func (l *line) Stat(ctx context.Context, name string) (storage.Info, error) {
	if _, err := l.step(ctx, name); err != nil {
		return storage.Info{}, err
	}
	o, there := l.p.get(name)
	if !there {
		return storage.Info{}, storage.Errf(storage.NotFound, name, nil)
	}
	return storage.Info{Name: name, Size: int64(len(o.data)), ModTime: o.time}, nil
}

func (l *line) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if _, err := l.step(ctx, name); err != nil {
		return nil, err
	}
	o, there := l.p.get(name)
	if !there {
		return nil, storage.Errf(storage.NotFound, name, nil)
	}
	data := o.data[min(offset, int64(len(o.data))):]
	if length >= 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (l *line) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if _, err := l.step(ctx, cmp.Or(prefix, "all")); err != nil {
			yield(storage.Info{}, err)
			return
		}
		for _, name := range l.p.names(prefix) {
			o, there := l.p.get(name)
			if there && !yield(storage.Info{Name: name, Size: int64(len(o.data)), ModTime: o.time}, nil) {
				return
			}
		}
	}
}

// count is how many objects there are below each prefix, for messages.
func (p *place) count() string {
	folders := map[string]int{}
	for _, name := range p.names("") {
		folder, _, _ := strings.Cut(name, "/")
		folders[folder]++
	}
	var out []string
	for _, f := range slices.Sorted(maps.Keys(folders)) {
		out = append(out, fmt.Sprint(f, " ", folders[f]))
	}
	return strings.Join(out, ", ")
}
