package cli

import (
	"strings"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
)

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
	case p.Create+p.Overwrite+p.Metadata == 0 && well:
		r.say(text.NothingToDo)
		return
	case r.cfg.DryRun:
		r.say(text.DryRun)
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
			r.note(r.folded(r.text.General.Warning+": "+f(r.text.Restore.Failed, term.Escape(i.Path), reason), "  ") + "\n")
		}
	}
	if rest := len(all) - n; rest > 0 {
		r.note("  " + r.lang.Count(r.text.General.MoreLines, int64(rest)) + "\n")
	}
}
