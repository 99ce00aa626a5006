// Package report is how an operation tells what it is doing, without knowing who listens: counters that a progress line
// reads as often as it likes, and issues that must reach the person.
//
// Promise: nothing here blocks the operation or formats text.
package report

import "sync/atomic"

// Progress is what a running operation has done so far. The operation adds; anyone reads at any time.
type Progress struct {
	Files      atomic.Int64 // entries finished
	Bytes      atomic.Int64 // bytes of content finished (read, or written by a restore)
	TotalFiles atomic.Int64 // 0 until known; may still grow
	TotalBytes atomic.Int64
	Stored     atomic.Int64 // bytes sent to, or fetched from, the store
	current    atomic.Pointer[string]
}

// SetCurrent names the entry being worked on, a slash path relative to the project.
func (p *Progress) SetCurrent(path string) { p.current.Store(&path) }

// Current returns the last entry named, or "".
func (p *Progress) Current() string {
	if s := p.current.Load(); s != nil {
		return *s
	}
	return ""
}

// Issue is one thing that went wrong with one entry or object and did not stop the operation.
type Issue struct {
	Path string // slash path relative to the project, or an object's name
	Err  error  // typically a *core.Error
}

// Reporter receives an operation's issues as they happen; calls may come from several goroutines at once.
type Reporter interface {
	Progress() *Progress
	Issue(Issue)
}

// Discard is a Reporter that nobody reads.
type Discard struct{ p Progress }

// Progress returns the counters.
func (d *Discard) Progress() *Progress { return &d.p }

// Issue drops the issue.
func (d *Discard) Issue(Issue) {}
