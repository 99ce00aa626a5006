package restore

import (
	"strings"
	"sync"
	"sync/atomic"

	"backup_projeto/internal/meta"
	"backup_projeto/internal/tree"
)

// folder is a directory of the target, which has a handle while it is used. Folders are named from their parents, never by a
// path.
type folder struct {
	up   *folder // nil for the target itself
	name string

	// Guarded by handles.mu.
	handle *meta.Target
	pins   int    // users of the handle
	used   uint64 // when it was last given back

	mu       sync.Mutex // held while the handle is opened; guards what follows
	is       presence
	err      error // why there is no handle, and never will be
	told     bool  // err was reported
	ready    bool  // it was opened for writing before
	finished bool  // nothing more is written in it

	// What writing keeps here.
	meta    *tree.Meta  // what it gets when everything in it is done; nil leaves it as it is
	own     bool        // meta is what it had before it was made writable
	due     bool        // it is made, or gets its metadata, even if nothing is written in it
	count   bool        // it is an entry that the plan counts
	plan    *planned    // nil if the target had no such folder
	next    int         // the next of plan's folders
	touched atomic.Bool // something was written in it
	todo    atomic.Int32
}

// presence says what stands in a folder's place.
type presence uint8

const (
	present  presence = iota // the folder
	absent                   // nothing
	obstacle                 // something else, which is to be replaced
)

// path returns the slash path of an entry of f; "" as a name means f itself.
func (f *folder) path(name string) string {
	var parts []string
	if name != "" {
		parts = append(parts, name)
	}
	for ; f.up != nil; f = f.up {
		parts = append(parts, f.name)
	}
	if len(parts) == 0 {
		return "."
	}
	var b strings.Builder
	for i := len(parts) - 1; i > 0; i-- {
		b.WriteString(parts[i])
		b.WriteByte('/')
	}
	b.WriteString(parts[0])
	return b.String()
}

// maxHandles is how many folders are kept open that nobody uses at the moment.
const maxHandles = 256

// handles opens folders, and keeps those open that were used last.
type handles struct {
	opened func(f *folder, up *meta.Target) (*meta.Target, error) // opens f, in its parent

	mu    sync.Mutex // guards open, clock and the folders' handles
	open  []*folder  // those with a handle, but for the target itself
	clock uint64
}

// newHandles returns handles for what is below the folder top, whose handle is target.
func newHandles(top *folder, target *meta.Target, opened func(*folder, *meta.Target) (*meta.Target, error)) *handles {
	top.handle, top.pins = target, 1
	return &handles{opened: opened}
}

// acquire returns the folder's handle, which stays open until release.
func (h *handles) acquire(f *folder) (*meta.Target, error) {
	if t := h.pin(f); t != nil {
		return t, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := h.pin(f); t != nil {
		return t, nil
	}
	if f.err != nil {
		return nil, f.err
	}
	up, err := h.acquire(f.up)
	if err != nil {
		f.err = err
		return nil, err
	}
	defer h.release(f.up)
	t, err := h.opened(f, up)
	if err != nil {
		f.err = err
		return nil, err
	}
	h.add(f, t)
	return t, nil
}

func (h *handles) pin(f *folder) *meta.Target {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.handle != nil {
		f.pins++
	}
	return f.handle
}

func (h *handles) release(f *folder) {
	h.mu.Lock()
	f.pins--
	h.clock++
	f.used = h.clock
	h.mu.Unlock()
}

// add takes note of a new handle, and closes the one that was not used for longest if there are too many.
func (h *handles) add(f *folder, t *meta.Target) {
	h.mu.Lock()
	f.handle, f.pins = t, 1
	h.open = append(h.open, f)
	var old *meta.Target
	if len(h.open) > maxHandles {
		oldest := -1
		for i, o := range h.open {
			if o.pins == 0 && (oldest < 0 || o.used < h.open[oldest].used) {
				oldest = i
			}
		}
		if oldest >= 0 {
			old = h.remove(oldest)
		}
	}
	h.mu.Unlock()
	if old != nil {
		_ = old.Close() // nothing was written through it
	}
}

// remove takes a handle out of the list.
func (h *handles) remove(i int) *meta.Target {
	f := h.open[i]
	t := f.handle
	f.handle = nil
	last := len(h.open) - 1
	h.open[i] = h.open[last]
	h.open[last] = nil
	h.open = h.open[:last]
	return t
}

// close closes all handles.
func (h *handles) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.open) > 0 {
		_ = h.remove(len(h.open) - 1).Close()
	}
}
