package cli

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
)

// restoring is one restore.
type restoring struct {
	*session
	m      *snapshot.Manifest
	target string
	plan   *restore.Plan // once it is known
	asked  bool          // and the person said no
	waited time.Duration // for an answer
	safety *snapshot.Manifest
}

func runRestore(ctx context.Context, a *app, args []string) error {
	start := time.Now()
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		m, err := s.pick(h)
		if err != nil {
			return err
		}
		if err := s.loadIndex(ctx); err != nil {
			return err
		}
		r := &restoring{session: s, m: m, target: s.cwd}
		if s.cfg.To != "" {
			r.target = s.cfg.To
		}
		o, err := r.options(ctx, args)
		if err != nil {
			return err
		}
		s.tell(f(s.text.Restore.Start, shortID(m.ID), term.Escape(m.Project.Name), s.lang.Date(when(m)), s.tilde(r.target)))
		meter := s.newMeter()
		res, err := s.restore(ctx, m, o, meter)
		meter.end()
		if res == nil {
			return err
		}
		r.listIssues(res.Issues)
		switch core.CodeOf(err) {
		case "": // done, or ended by something that says enough
			if err != nil {
				return err
			}
		case "restore-would-overwrite":
			if r.asked {
				return errKind(core.Failure, "declined", "")
			}
			return err
		case "restore-incomplete", "restore-damaged": // done, as far as could be
		default:
			return err
		}
		res.Duration = time.Since(start) - r.waited
		r.summary(res, err == nil)
		if r.cfg.DryRun || err != nil {
			return err
		}
		r.adopt(o)
		return r.incomplete()
	})
}

// options are what the settings and the paths typed ask for. A word with a wildcard is a pattern, unless the snapshot has that name.
func (r *restoring) options(ctx context.Context, args []string) (restore.Options, error) {
	o := restore.Options{Target: r.target, Parallel: r.cfg.Parallel, DryRun: r.cfg.DryRun, Patterns: r.cfg.Include}
	for _, arg := range args {
		if strings.ContainsAny(arg, "*?[") {
			o.Patterns = append(o.Patterns, arg)
			continue
		}
		p, err := r.inSnapshot(r.m, arg)
		if err != nil {
			return o, err
		}
		if p == "" { // the root is everything
			o.Paths = nil
			break
		}
		o.Paths = append(o.Paths, p)
	}
	o.Confirm = func(p *restore.Plan) bool { return r.confirm(ctx, p) }
	o.Safety = r.save
	return o, nil
}

// confirm shows the plan and asks, unless the person agreed beforehand.
func (r *restoring) confirm(ctx context.Context, plan *restore.Plan) bool {
	r.plan = plan
	r.showPlan(plan)
	if r.cfg.Overwrite {
		return true
	}
	begun := time.Now()
	yes, err := r.ask(ctx, r.lang.Count(r.text.Restore.Ask, plan.Overwrite))
	r.waited = time.Since(begun)
	r.asked = err == nil && !yes
	return yes
}

// save takes the snapshot that makes the restore reversible: all that is to be replaced is in it, whatever excludes it.
func (r *restoring) save(ctx context.Context) error {
	found, err := r.identify(r.target)
	if err != nil {
		return err
	}
	p := found.Project
	if !found.Known() {
		p = r.m.Project
	}
	o := r.backupOptions(r.target, p)
	o.Safety = true
	if r.plan != nil {
		o.Include = replaced(r.plan)
	}
	meter := r.newMeter()
	res, err := r.backup(ctx, o, meter)
	meter.end()
	if err != nil {
		return err
	}
	if lost := r.unsaved(res.Snapshot); lost != "" {
		return &core.Error{Kind: core.Source, Code: "safety-partial", Subject: term.Escape(lost)}
	}
	r.safety = res.Snapshot
	r.tell(f(r.text.Restore.Safety, shortID(r.safety.ID)))
	return nil
}

// adopt makes a folder that was no project the restored one: its next backup goes on with that history.
func (r *restoring) adopt(o restore.Options) {
	if len(o.Paths) > 0 || len(o.Patterns) > 0 {
		return
	}
	if found, err := r.identify(r.target); err == nil && !found.Known() {
		r.remember(r.target, r.m.Project)
	}
}

// replaced lists the entries that a plan replaces, as patterns that match nothing else.
func replaced(plan *restore.Plan) []string {
	var out []string
	for _, i := range plan.Items {
		if i.Action == restore.Overwrite {
			out = append(out, "/"+strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(i.Path))
		}
	}
	return out
}

// unsaved names an entry that the plan replaces and that the safety snapshot does not have, "" if there is none.
func (r *restoring) unsaved(m *snapshot.Manifest) string {
	if r.plan == nil { // nothing is replaced: only permissions and dates change
		return ""
	}
	for _, u := range m.Unread {
		for _, i := range r.plan.Items {
			if i.Action != restore.Overwrite {
				continue
			}
			_, inside := below(u.Path, i.Path)
			if _, around := below(i.Path, u.Path); inside || around {
				return u.Path
			}
		}
	}
	return ""
}

// jsonPlan is the object of what a restore is going to do.
type jsonPlan struct {
	Type      string `json:"type"`
	Create    int64  `json:"create"`
	Overwrite int64  `json:"overwrite"`
	Keep      int64  `json:"keep"`
	Metadata  int64  `json:"metadata"`
	Bytes     int64  `json:"bytes"`
}

// jsonItem is the object of one line of the plan.
type jsonItem struct {
	Type string `json:"type"`
	jsonPath
	Action string `json:"action"`
	Size   int64  `json:"size"`
}

func actionWord(a restore.Action) string {
	return [...]string{"create", "overwrite", "keep", "metadata"}[a]
}

// showPlan tells what is going to happen: how many of each, and the names of what is replaced; with --verbose all names.
func (r *restoring) showPlan(p *restore.Plan) {
	text, l := r.text.Restore, r.lang
	r.object(jsonPlan{"plan", p.Create, p.Overwrite, p.Keep, p.Metadata, p.Bytes})
	for _, i := range p.Items {
		r.object(jsonItem{"plan_item", pathJSON(i.Path), actionWord(i.Action), i.Size})
	}
	if r.printer.json {
		return
	}
	line := r.tell
	if r.cfg.DryRun { // then the plan is the result
		line = r.say
	}
	line(text.Plan + ":")
	label := map[restore.Action]string{restore.Create: text.Create, restore.Overwrite: text.Overwrite, restore.Metadata: text.Metadata}
	rows := [][]string{}
	for _, row := range []struct {
		label string
		n     int64
	}{{text.Create, p.Create}, {text.Overwrite, p.Overwrite}, {text.Metadata, p.Metadata}, {text.Keep, p.Keep}} {
		if row.n > 0 {
			rows = append(rows, []string{row.label, l.Count(text.Entries, row.n)})
		}
	}
	for _, row := range term.Table(rows) {
		line("  " + row)
	}
	n, of := 0, p.Overwrite
	if r.verbose {
		of = p.Create + p.Overwrite + p.Metadata
	}
	for _, i := range p.Items {
		if (i.Action == restore.Overwrite || r.verbose) && n < r.shown(len(p.Items)) {
			line("    " + label[i.Action] + ": " + term.Escape(i.Path))
			n++
		}
	}
	if rest := of - int64(n); rest > 0 {
		line("    " + l.Count(r.text.General.MoreLines, rest))
	}
}

// jsonRestore is the object of a finished restore.
type jsonRestore struct {
	Type     string  `json:"type"`
	DryRun   bool    `json:"dry_run"`
	Snapshot string  `json:"snapshot"`
	Project  string  `json:"project"`
	Folder   string  `json:"folder"`
	Safety   string  `json:"safety,omitempty"`
	Files    int64   `json:"files"`
	Bytes    int64   `json:"bytes"`
	Fetched  int64   `json:"fetched_bytes"`
	Verified int64   `json:"verified"`
	Issues   int     `json:"issues"`
	Seconds  float64 `json:"seconds"`
}

// summary tells what a restore did; well says that no entry was lost.
func (r *restoring) summary(res *restore.Result, well bool) {
	text, l := r.text.Restore, r.lang
	if r.cfg.DryRun {
		r.showPlan(&res.Plan)
	}
	o := jsonRestore{Type: "restore", DryRun: r.cfg.DryRun, Snapshot: r.m.ID.String(), Project: r.m.Project.Name,
		Folder: strings.ToValidUTF8(r.target, "\ufffd"), Files: res.Files, Bytes: res.Bytes, Fetched: res.Fetched, Verified: res.Verified,
		Issues: len(res.Issues), Seconds: seconds(res.Duration)}
	if r.safety != nil {
		o.Safety = r.safety.ID.String()
	}
	r.object(o)
	p := res.Plan
	switch {
	case r.cfg.DryRun:
		r.say(text.DryRun)
		return
	case p.Create+p.Overwrite+p.Metadata == 0 && well:
		r.say(text.NothingToDo)
		return
	}
	r.say(f(text.Done, shortID(r.m.ID), r.tilde(r.target)))
	r.rows([2]string{text.Written, l.Count(r.text.Verify.FilesCount, res.Files) + ", " + l.Bytes(res.Bytes)},
		[2]string{text.Fetched, l.Bytes(res.Fetched)}, [2]string{text.Verified, l.Count(r.text.Verify.FilesCount, res.Verified)},
		[2]string{text.Time, l.Duration(res.Duration)})
	if r.safety != nil {
		r.say(f(text.Undo, r.undo()))
	}
}

// undo is the command that brings back what was replaced.
func (r *restoring) undo() string {
	line := r.typeThis("restore") + " --snapshot " + shortID(r.safety.ID)
	if r.cfg.To != "" && filepath.Clean(r.cfg.To) != r.cwd {
		line += " " + r.lang.Pick("--to", "--para") + " " + config.Quote(r.cfg.To)
	}
	return line
}

// incomplete says that the snapshot itself lacks something, unless only a part was asked for.
func (r *restoring) incomplete() error {
	if !r.m.Partial() {
		return nil
	}
	r.listUnread(r.m)
	return errKind(core.Partial, "restored-partial", "")
}

// jsonIssue is the object of something that went wrong with one entry.
type jsonIssue struct {
	Type string `json:"type"`
	jsonPath
	Code    core.Code `json:"code,omitempty"`
	Message string    `json:"message"`
}

// listIssues tells what went wrong with single entries.
func (r *restoring) listIssues(all []report.Issue) {
	n := r.shown(len(all))
	for _, i := range all[:n] {
		reason := r.reason(i.Err)
		r.object(jsonIssue{"issue", pathJSON(i.Path), core.CodeOf(i.Err), reason})
		if !r.printer.json {
			r.note(r.text.General.Warning + ": " + f(r.text.Restore.Failed, term.Escape(i.Path), reason) + "\n")
		}
	}
	if rest := len(all) - n; rest > 0 {
		r.note("  " + r.lang.Count(r.text.General.MoreLines, int64(rest)) + "\n")
	}
}
