package faulty

import (
	"bytes"
	"context"
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

// Memory is a store in memory that can be copied. It watches that no object's content is ever changed, which Broken tells.
type Memory struct {
	mu     sync.Mutex
	clock  time.Time         // of what was put last, so that no two are put at one time; guarded by mu
	objs   map[string]object // guarded by mu
	gone   []storage.Info    // what was deleted, in order; guarded by mu
	ruined map[string][]byte // what objects were before Ruin; guarded by mu
	broken []string          // guarded by mu
	locks  bool              // objects can be locked; guarded by mu
	length time.Duration     // for how long what is put is locked; guarded by mu
}

// object is one of the store's. Its bytes are never changed, so that copies share them.
type object struct {
	data []byte
	time time.Time
	lock storage.Lock
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{objs: map[string]object{}, ruined: map[string][]byte{}} }

// Clone returns a copy, which goes its own way from now on.
func (m *Memory) Clone() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{clock: m.clock, objs: maps.Clone(m.objs), gone: slices.Clone(m.gone), ruined: maps.Clone(m.ruined), broken: slices.Clone(m.broken),
		locks: m.locks, length: m.length}
}

// Same reports whether two stores hold the same objects, locked as long.
func (m *Memory) Same(other *Memory) bool {
	mine, theirs := m.Clone(), other.Clone()
	return maps.EqualFunc(mine.objs, theirs.objs, func(a, b object) bool {
		return bytes.Equal(a.data, b.data) && a.lock.Until.Equal(b.lock.Until) && a.lock.Mode == b.lock.Mode
	})
}

// Names lists the objects below a prefix, in order.
func (m *Memory) Names(prefix string) (names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.objs {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Age makes everything older, and lets locks end sooner.
func (m *Memory) Age(by time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, o := range m.objs {
		o.time = o.time.Add(-by)
		if !o.lock.Until.IsZero() {
			o.lock.Until = o.lock.Until.Add(-by)
		}
		m.objs[name] = o
	}
}

// Ruin changes an object as a bad disk does. That what it was is put back later breaks nothing.
func (m *Memory) Ruin(name string, change func(data []byte)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.objs[name]
	m.ruined[name] = o.data
	o.data = bytes.Clone(o.data)
	change(o.data)
	m.objs[name] = o
}

// Whole returns what an object was before Ruin; where it never was ruined that is what it is.
func (m *Memory) Whole(name string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if was, ruined := m.ruined[name]; ruined {
		return was
	}
	return m.objs[name].data
}

// Broken tells of objects that were written anew with other content.
func (m *Memory) Broken() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.broken)
}

// Gone returns the object below a prefix that was deleted last.
func (m *Memory) Gone(prefix string) (storage.Info, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, info := range slices.Backward(m.gone) {
		if _, again := m.objs[info.Name]; !again && strings.HasPrefix(info.Name, prefix) {
			return info, true
		}
	}
	return storage.Info{}, false
}

// Put stores.
func (m *Memory) Put(ctx context.Context, name string, data []byte) error {
	return m.put(ctx, name, data, false)
}

// Create stores what must be free.
func (m *Memory) Create(ctx context.Context, name string, data []byte) error {
	return m.put(ctx, name, data, true)
}

// usable is the error of a call that cannot go on.
func usable(ctx context.Context, name string) error {
	if ctx.Err() != nil {
		return storage.Errf(storage.Other, name, ctx.Err())
	}
	return storage.CheckName(name)
}

func (m *Memory) put(ctx context.Context, name string, data []byte, create bool) error {
	if err := usable(ctx, name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	old, there := m.objs[name]
	was, ruined := m.ruined[name]
	switch {
	case there && create:
		return storage.Errf(storage.Exists, name, nil)
	case there && old.locked() && !bytes.Equal(old.data, data):
		return storage.Errf(storage.Locked, name, nil)
	case there && !bytes.Equal(old.data, data) && !(ruined && bytes.Equal(was, data)):
		m.broken = append(m.broken, fmt.Sprintf("%s was %d bytes and is %d others now", name, len(old.data), len(data)))
	}
	m.clock = later(m.clock)
	m.objs[name] = object{bytes.Clone(data), m.clock, m.lock(name, old.lock)}
	return nil
}

// later is now, or the moment after the last.
func later(last time.Time) time.Time {
	if now := time.Now().Round(0); now.After(last) {
		return now
	}
	return last.Add(time.Nanosecond)
}

// Get reads.
func (m *Memory) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if _, err := m.Stat(ctx, name); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data := m.objs[name].data
	data = data[min(offset, int64(len(data))):]
	if length >= 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return io.NopCloser(&body{ctx, name, bytes.NewReader(data)}), nil
}

// body is what is read of an object, until the context ends.
type body struct {
	ctx  context.Context
	name string
	data *bytes.Reader
}

func (b *body) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, storage.Errf(storage.Other, b.name, b.ctx.Err())
	}
	return b.data.Read(p)
}

// Stat describes.
func (m *Memory) Stat(ctx context.Context, name string) (storage.Info, error) {
	if err := usable(ctx, name); err != nil {
		return storage.Info{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objs[name]
	if !ok {
		return storage.Info{}, storage.Errf(storage.NotFound, name, nil)
	}
	return o.info(name), nil
}

func (o object) info(name string) storage.Info {
	return storage.Info{Name: name, Size: int64(len(o.data)), ModTime: o.time}
}

// Delete removes.
func (m *Memory) Delete(ctx context.Context, name string) error {
	if err := usable(ctx, name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if o, ok := m.objs[name]; ok {
		if o.locked() {
			return storage.Errf(storage.Locked, name, nil)
		}
		m.gone = append(m.gone, o.info(name))
		delete(m.objs, name)
	}
	return nil
}

// List lists, in the order of names.
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if err := usable(ctx, strings.TrimSuffix(prefix, "/")); err != nil && (prefix != "" || ctx.Err() != nil) {
			yield(storage.Info{}, err)
			return
		}
		if prefix != "" && !strings.HasSuffix(prefix, "/") {
			yield(storage.Info{}, storage.Errf(storage.BadName, prefix, nil))
			return
		}
		for _, name := range m.Names(prefix) {
			if info, err := m.Stat(context.WithoutCancel(ctx), name); err == nil && !yield(info, nil) {
				return
			}
		}
	}
}
