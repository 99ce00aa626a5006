package restore

import (
	"sort"

	"backup_projeto/internal/tree"
)

// layout says where in a file its content stands: content leaves the holes out.
type layout struct {
	holes []tree.Hole
	at    []int64 // where in the content each hole stands
	data  int64   // length of the content
}

func newLayout(e *tree.Entry) layout {
	l := layout{holes: e.Holes, data: e.Size}
	if len(e.Holes) == 0 {
		return l
	}
	l.at = make([]int64, len(e.Holes))
	skipped := int64(0)
	for i, h := range e.Holes {
		l.at[i] = h.Offset - skipped
		skipped += h.Length
	}
	l.data -= skipped
	return l
}

// each calls fn for each run of the file that n bytes of content from off fill: content [from, from+size) stands at the file's
// offset at. from counts from off.
func (l *layout) each(off, n int64, fn func(at, from, size int64) error) error {
	i := sort.Search(len(l.at), func(i int) bool { return l.at[i] > off })
	shift := int64(0)
	if i > 0 {
		shift = l.holes[i-1].Offset + l.holes[i-1].Length - l.at[i-1]
	}
	for pos, end := off, off+n; pos < end; i++ {
		stop := end
		if i < len(l.at) {
			stop = min(end, l.at[i])
		}
		if stop > pos {
			if err := fn(pos+shift, pos-off, stop-pos); err != nil {
				return err
			}
			pos = stop
		}
		if i < len(l.at) {
			shift += l.holes[i].Length
		}
	}
	return nil
}
