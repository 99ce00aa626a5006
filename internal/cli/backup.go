package cli

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/meta"
	"backup_projeto/internal/scan/ignore"
	"backup_projeto/internal/scan/project"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
)

// runContract is the program without a command: it saves or, with --restore, brings back.
func runContract(ctx context.Context, a *app, args []string) error {
	switch {
	case a.cfg.Version:
		return runVersion(ctx, a, args)
	case a.cfg.Restore:
		return runRestore(ctx, a, args)
	}
	return runBackup(ctx, a, args)
}

func runBackup(ctx context.Context, a *app, _ []string) error {
	if _, err := ignore.New(a.cfg.Exclude, a.cfg.Include); err != nil { // before a repository is made
		return err
	}
	if err := a.meansHome(ctx); err != nil {
		return err
	}
	start := time.Now()
	s, forget, err := a.openOrCreate(ctx)
	if err != nil {
		return err
	}
	defer forget()
	defer s.close()
	defer s.tellHealed()
	s.compareParity(ctx)
	p, err := s.ours(ctx)
	if err != nil {
		return err
	}
	s.tell(f(s.text.Backup.Start, term.Escape(p.Name), s.place()))
	o := s.backupOptions(s.cwd, p)
	o.Tags, o.DryRun = s.cfg.Tags, s.cfg.DryRun
	o.Exclude, o.Include, o.OneFileSystem, o.MaxSize = s.cfg.Exclude, s.cfg.Include, s.cfg.OneFileSystem, s.cfg.MaxSize
	meter := s.newMeter()
	res, err := s.backup(ctx, o, meter)
	meter.end()
	if err != nil {
		return err
	}
	s.warnDamaged(res.Damaged)
	res.Duration = time.Since(start) // opening and creating are part of what the person waited for
	s.summary(res)
	s.remindOfLocks()
	if s.cfg.Retain && !s.cfg.DryRun {
		s.retainAfterBackup(ctx, p.ID)
	}
	if res.Snapshot.Partial() {
		return errKind(core.Partial, "", "")
	}
	return nil
}

// meansHome asks a person who is about to save the home folder, or one that holds it, as a project for the first time. A job that runs by
// itself was set up for that.
func (a *app) meansHome(ctx context.Context) error {
	rest, err := filepath.Rel(a.cwd, a.home)
	if err != nil || a.home == "" || !filepath.IsLocal(rest) || a.cfg.DryRun || !a.interactive() {
		return nil
	}
	if found, err := a.identify(a.cwd); err == nil && found.Known() {
		return nil
	}
	return a.must(ctx, f(a.text.Backup.AskHome, a.tilde(a.cwd)))
}

// ours says which project the current folder is, and sees that it stays that. The first time here, the repository may know it from
// another machine: by its git origin, or by the name that the person gives.
func (s *session) ours(ctx context.Context) (snapshot.Project, error) {
	found, err := s.identify(s.cwd)
	if err != nil {
		return found.Project, err
	}
	strange := found.How == project.ByGit || !found.Known() && s.cfg.Project != ""
	if strange && s.repo.CanRead() {
		h, err := s.history(ctx)
		if err != nil {
			return found.Project, err
		}
		if found, err = s.recognize(s.cwd, h); err != nil {
			return found.Project, err
		}
		if own, err := h.named(s.cfg.Project); err == nil && !found.Known() {
			found.Project.ID = own[0].Project.ID
		}
	}
	if found.How == project.Copied {
		s.tell(f(s.text.Backup.Copied, s.tilde(found.Of)))
	}
	if s.cfg.Project != "" {
		found.Project.Name = s.cfg.Project
	}
	if !s.cfg.DryRun {
		s.remember(s.cwd, found.Project)
	}
	return found.Project, nil
}

// jsonBackup is the object of a finished backup.
type jsonBackup struct {
	Type     string       `json:"type"`
	DryRun   bool         `json:"dry_run"`
	Place    string       `json:"place"`
	Snapshot jsonSnapshot `json:"snapshot"`
	Seconds  float64      `json:"seconds"`
	Requests int64        `json:"requests"`
	Sent     int64        `json:"sent_bytes"`
	Received int64        `json:"received_bytes"`
}

// summary tells what a backup did.
func (s *session) summary(res *backup.Result) {
	m, text, l := res.Snapshot, s.text.Backup, s.lang
	counts := storage.CountsOf(s.store)
	s.listUnread(m)
	s.listGrown(res.Grown)
	s.listExcluded(m)
	s.object(jsonBackup{"backup", s.cfg.DryRun, s.cfg.Place.URL(), newJSONSnapshot(m), seconds(res.Duration), counts.Requests(), counts.Sent,
		counts.Received})
	head := text.Saved
	if s.cfg.DryRun {
		head = text.DryRun
	}
	s.say(f(head, shortID(m.ID), term.Escape(m.Project.Name), s.place()))
	c := m.Counts
	requests := ""
	if s.verbose {
		requests = f(text.RequestsLine, l.Int(counts.Requests()), l.Bytes(counts.Sent), l.Bytes(counts.Received))
	}
	s.rows([2]string{text.Files, s.filesLine(m)},
		[2]string{text.Read, l.Bytes(c.BytesRead)}, [2]string{text.Stored, s.storedLine(c)},
		[2]string{text.Time, l.Duration(res.Duration)}, [2]string{text.Requests, requests})
}

// filesLine counts the files. Where nothing told what they were before, they are not called new: the project may have been saved from here, before
// the cache was lost, or from another machine.
func (s *session) filesLine(m *snapshot.Manifest) string {
	text, l, c := s.text.Backup, s.lang, m.Counts
	if m.Parent.IsZero() && !s.made && c.New > 0 {
		return f(text.AllRead, l.Int(c.New))
	}
	return l.Count(text.New, c.New) + ", " + l.Count(text.Changed, c.Changed) + ", " + l.Count(text.Removed, c.Removed) + ", " +
		l.Count(text.Unchanged, c.Unchanged)
}

// leastSmaller is how many times smaller is worth a word: less is written as 1.0.
const leastSmaller = 1.05

// storedLine says how much was stored, and how much smaller that is than the new content.
func (s *session) storedLine(c snapshot.Counts) string {
	text, l := s.text.Backup, s.lang
	switch {
	case s.cfg.DryRun && c.BytesNew > 0:
		return f(text.WouldStore, l.Bytes(c.BytesNew))
	case c.BytesStored == 0:
		return text.NothingNew
	case float64(c.BytesNew) >= leastSmaller*float64(c.BytesStored):
		return l.Bytes(c.BytesStored) + " (" + f(text.Smaller, l.Decimal(float64(c.BytesNew)/float64(c.BytesStored), 1)) + ")"
	}
	return l.Bytes(c.BytesStored)
}

// fewLines is how many lines of a list are shown without --verbose.
const fewLines = 20

// shown is how many of n lines to show.
func (a *app) shown(n int) int {
	if a.verbose || a.printer.json {
		return n
	}
	return min(n, fewLines)
}

// jsonUnread is the object of an entry that could not be saved.
type jsonUnread struct {
	Type string `json:"type"`
	jsonPath
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// listUnread tells what could not be saved: whatever the flags, for it is an error.
func (s *session) listUnread(m *snapshot.Manifest) {
	n := s.shown(len(m.Unread))
	for _, u := range m.Unread[:n] {
		s.object(jsonUnread{"unread", pathJSON(u.Path), u.Reason, u.Detail})
		if !s.printer.json {
			s.note(s.folded(s.text.General.Warning+": "+s.unreadLine(u), "  ") + "\n")
		}
	}
	if rest := m.UnreadTotal - int64(n); rest > 0 && !s.printer.json {
		s.note("  " + s.lang.Count(s.text.General.MoreLines, rest) + "\n")
	}
}

func (s *session) unreadLine(u snapshot.Unread) string {
	if u.Reason == meta.ReasonTorn {
		return f(s.text.Backup.Torn, term.Escape(u.Path))
	}
	return f(s.text.Backup.Unread, term.Escape(u.Path), s.unreadReason(u))
}

func (s *session) unreadReason(u snapshot.Unread) string {
	if reason, ok := s.text.Backup.Reasons[u.Reason]; ok {
		return reason
	}
	return term.Escape(u.Detail)
}

// jsonGrown is the object of a file that became longer while it was read.
type jsonGrown struct {
	Type string `json:"type"`
	jsonPath
}

// listGrown tells, with --verbose, of files that became longer while they were read.
func (s *session) listGrown(paths []string) {
	for _, path := range paths {
		s.object(jsonGrown{"grown", pathJSON(path)})
		if s.verbose {
			s.tell(f(s.text.Backup.Grown, term.Escape(path)))
		}
	}
}

// jsonExcluded is the object of what one rule left out.
type jsonExcluded struct {
	Type  string `json:"type"`
	Rule  string `json:"rule"`
	Count int64  `json:"count"`
	jsonPath
}

// listExcluded tells, with --verbose, what was left out, by rule.
func (s *session) listExcluded(m *snapshot.Manifest) {
	for _, e := range m.Excluded {
		s.object(jsonExcluded{"excluded", strings.ToValidUTF8(e.Rule, "\ufffd"), e.Count, pathJSON(e.First)})
		if !s.verbose {
			continue
		}
		rule, ok := s.text.Backup.Rules[e.Rule]
		if !ok {
			rule = term.Escape(e.Rule)
		}
		s.tell(s.text.Backup.Excluded + ": " + f(s.text.Backup.ExcludedLine, rule, s.lang.Count(s.text.Backup.Entries, e.Count), term.Escape(e.First)))
	}
}
