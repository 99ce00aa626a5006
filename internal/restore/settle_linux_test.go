package restore

import (
	"testing"

	"backup_projeto/internal/meta"
)

// TestUnsettled: that the system could not write something is told, also where it says so before the end, since it says it once.
func TestUnsettled(t *testing.T) {
	target, err := meta.OpenTarget(tempDir(t))
	must(t, err)
	must(t, target.Close())
	w := &writer{job: &job{rep: &listener{}}}
	end := w.settle(target)
	w.wroteBytes(settleEvery - 1)
	w.wroteBytes(1)
	if err := end(); err == nil {
		t.Error("nobody heard of the failure")
	}
	end = w.settle(target)
	w.wroteBytes(settleEvery - 1)
	if err := end(); err != nil {
		t.Errorf("too early: %v", err)
	}
}
