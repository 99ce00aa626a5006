package repo

import (
	"os"
	"testing"
	"time"

	"backup_projeto/internal/crypto"
	"backup_projeto/internal/durable"
)

// TestJournalOfTheLiving: a session that begins while another process of this machine looks for dead ones is not taken for dead. Its journal
// has its name and its lock, or it has none and takes another id.
func TestJournalOfTheLiving(t *testing.T) {
	r := create(t, newStore(t), "", Options{Cache: t.TempDir()}).Repo
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		other := newJournal(r, crypto.NewTimeUUID(time.Now()))
		for {
			select {
			case <-stop:
				other.close(true)
				return
			default:
				for _, l := range other.left() {
					closeJournal(l.file, true)
				}
			}
		}
	}()
	again := 0
	for range 3000 {
		j := newJournal(r, crypto.NewTimeUUID(time.Now()))
		if j == nil {
			again++
			continue
		}
		f, err := os.Open(j.file.Name())
		if err != nil {
			t.Fatalf("the journal has no name: %v", err)
		}
		if locked, _ := durable.TryLock(f); locked {
			t.Fatal("the journal is not locked")
		}
		f.Close()
		j.close(true)
	}
	close(stop)
	<-stopped
	t.Logf("%d of 3000 were found before they were locked", again)
}
