// Package spare gives the packs of a repository the parity that its settings ask for.
//
// Terms: the share is how much of a pack may be lost; a pack is due if it has no parity of just the share; parity is superseded if it
// is of another share than its pack's should be, and idle if no parity is wanted at all. To check is to read every pack and its parity and to make right what can be.
//
// Map: spare.go runs it, look.go sees what there is and makes the plan, write.go reads packs and writes.
//
// Promises: settings are stored first, so that backups which begin meanwhile write parity themselves; parity is made of a pack only if the pack is
// what its name says, or is mended to that; superseded parity is deleted after what replaces it was stored and read back, byte for byte. A run that is cut off has done what it has
// done, and the next goes on with the rest. No pack is ever deleted, nor replaced by anything but its own bytes, and what stood there is
// copied aside before. Memory is a pack and its parity for each worker.
package spare

import (
	"context"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
)

// Options say what a run does.
type Options struct {
	Set   *parity.Share // the new share; nil leaves it as it is
	Check bool          // read all packs and all parity
	// DryRun looks and tells only.
	DryRun bool
	// Consent is asked with the plan before anything is changed; nil and true go on, false ends the run without an error.
	Consent  func(*Plan) (bool, error)
	Parallel int // packs at once; 0 means 2
}

// Sum is a number of objects and their bytes.
type Sum struct{ Objects, Bytes int64 }

func (s *Sum) add(bytes int64) {
	s.Objects++
	s.Bytes += bytes
}

// Plan is what a run is going to do.
type Plan struct {
	Before, After parity.Share
	Packs         Sum   // that the store has
	Protected     Sum   // of these, those that have the parity that they should; their bytes
	Parity        Sum   // parity objects that there are
	Read          Sum   // packs that are read
	Write         Sum   // parity objects that are written
	Delete        Sum   // parity objects that are deleted
	Requests      int64 // about, from here on
}

// Nothing reports whether there is nothing to do.
func (p *Plan) Nothing() bool {
	return p.Before == p.After && p.Read.Objects+p.Write.Objects+p.Delete.Objects == 0
}

// Result says what was done; after an error, until then.
type Result struct {
	Plan     *Plan // nil if it did not come to one
	Declined bool  // Consent said no
	Written  Sum   // parity objects
	Deleted  Sum   // parity objects
	Mended   Sum   // packs that were damaged and are what they were
	Read     Sum   // packs
	Issues   []report.Issue
	Lost     int64 // of the issues, packs that are damaged, cannot be mended, and are not condemned, or needed all the same
	Duration time.Duration
}

// Run brings parity to what settings ask for, in a repository that a reading key has opened; with another the kind is WrongKey. What is
// damaged and cannot be mended is an issue each. Errors are of the store.
func Run(ctx context.Context, r *repo.Repo, o Options, rep report.Reporter) (*Result, error) {
	begun := time.Now()
	if o.Parallel <= 0 {
		o.Parallel = 2
	}
	s := &run{r: r, o: o, rep: rep}
	err := s.all(ctx)
	s.res.Duration = time.Since(begun)
	return &s.res, err
}

func (s *run) all(ctx context.Context) error {
	if !s.r.CanRead() {
		return &core.Error{Kind: core.WrongKey, Code: "write-only"}
	}
	if err := s.look(ctx); err != nil || s.o.DryRun {
		return err
	}
	if s.o.Consent != nil {
		if ok, err := s.o.Consent(s.res.Plan); !ok || err != nil {
			s.res.Declined = err == nil
			return err
		}
	}
	if p := s.res.Plan; p.Before != p.After {
		if err := s.r.SetParity(ctx, p.After); err != nil {
			return err
		}
	}
	if err := s.work(ctx); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	s.r.Distrust(nil, s.right)
	return s.clear(ctx)
}
