package retain

import (
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/prune"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// TestPrunedTrash: what was dropped can be brought back and restored after prunes, until its time in the trash is over; then its space
// is freed, and the rest is whole.
func TestPrunedTrash(t *testing.T) {
	_, c := open(t)
	old, kept := save(t, c.Repo, ago(2), "old content", nil), save(t, c.Repo, ago(1), "new content", nil)
	drop := func() {
		t.Helper()
		res, err := Run(t.Context(), c.Repo, Options{Policy: Policy{Last: 1}}, &report.Discard{})
		if err != nil || len(res.Moved) != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
	}
	free := func(trash time.Duration) *prune.Result {
		t.Helper()
		res, err := prune.Run(t.Context(), c.Repo, prune.Options{Grace: -1, Trash: trash}, &report.Discard{})
		must(t, err)
		return res
	}
	drop()
	for range 2 {
		if res := free(repo.Grace); res.SweptPacks != 0 {
			t.Fatalf("packs were deleted that the trash needs: %+v", res)
		}
	}
	_, err := c.Repo.Undelete(t.Context(), old)
	must(t, err)
	if got := read(t, c.Repo, old); got != "old content" {
		t.Errorf("restored %q", got)
	}
	drop()
	if _, err := c.Repo.Pin(t.Context(), old, 1); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond) // the copies are older than the time given now
	if res := free(time.Millisecond); res.SweptPacks != 0 {
		t.Fatalf("packs were deleted that a pinned snapshot needs: %+v", res)
	}
	if _, err := c.Repo.Unpin(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if res := free(time.Millisecond); res.SweptPacks == 0 {
		t.Errorf("no space was freed: %+v", res)
	}
	if _, err := c.Repo.Undelete(t.Context(), old); core.CodeOf(err) != "not-in-trash" {
		t.Errorf("it came back: %v", err)
	}
	if got := read(t, c.Repo, kept); got != "new content" {
		t.Errorf("restored %q", got)
	}
}
