//go:build linux || darwin

package restore

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"backup_projeto/internal/report"
)

// TestPlanHoldsNoPaths plans files whose paths take 48 MB together and whose names take 15 kB: what is kept is about the names.
func TestPlanHoldsNoPaths(t *testing.T) {
	w := newWorld(t)
	const files, depth = 3000, 64
	var in []node
	for i := range files {
		in = append(in, file(fmt.Sprint(i), "x"))
	}
	for range depth {
		in = []node{dir(strings.Repeat("d", 250), in...)}
	}
	m := w.save(in...)
	before := heap()
	res := w.restore(m, Options{Target: tempDir(t), DryRun: true})
	after := heap()
	if n := len(res.Plan.Items); n != files+depth || len(res.Plan.Items[n-1].Path()) < depth*250 {
		t.Errorf("%d items", n)
	}
	if grown := int64(after) - int64(before); grown > 4<<20 {
		t.Errorf("the plan holds %d bytes", grown)
	}
	runtime.KeepAlive(res)
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what a pool holds goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestIssuesAreBounded reports more issues, and longer ones, than a result lists.
func TestIssuesAreBounded(t *testing.T) {
	for _, c := range []struct{ length, want int }{{10, maxIssues}, {maxIssuePaths / 4, 5}, {2 * maxIssuePaths, 1}} {
		j, path := &job{rep: &report.Discard{}}, strings.Repeat("x", c.length)
		for range maxIssues + 1 {
			j.note(path, codeMeta, errors.New("no"))
		}
		if n := len(j.issues.list()); n != c.want {
			t.Errorf("of paths of %d bytes %d are listed, want %d", c.length, n, c.want)
		}
	}
}
