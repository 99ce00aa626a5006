package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/snapshot"
)

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
	now, done, err := r.present(ctx)
	if err != nil {
		return err
	}
	defer done()
	meter := r.newMeter()
	res, err := now.backup(ctx, o, meter)
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

// maxPatterns is how many bytes of patterns a safety snapshot is given: those of 10,000 paths, unless they are very long.
const maxPatterns = 4 << 20

// replaced lists the entries that a plan replaces, as patterns that match nothing else. A plan names so many of them; where it
// replaces more, or their paths are too long to be held, everything is chosen.
func replaced(plan *restore.Plan) []string {
	everything := []string{"*"}
	named := slices.DeleteFunc(slices.Clone(plan.Items), func(i restore.Item) bool { return i.Action != restore.Overwrite })
	if int64(len(named)) < plan.Overwrite {
		return everything
	}
	var out []string
	size := 0
	for _, i := range named {
		out = append(out, literally(i.Path()))
		if size += len(out[len(out)-1]); size > maxPatterns {
			return everything
		}
	}
	return out
}

// literally writes a path as a pattern that matches nothing else.
func literally(path string) string {
	return "/" + strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// unsaved names an entry that the plan replaces and that the safety snapshot does not have, "" if there is none. Where either does
// not name all, any that could not be read counts.
func (r *restoring) unsaved(m *snapshot.Manifest) string {
	if r.plan == nil || len(m.Unread) == 0 { // nothing is replaced, only permissions and dates change; or all was saved
		return ""
	}
	replaced := int64(0)
	for _, i := range r.plan.Items {
		if i.Action != restore.Overwrite {
			continue
		}
		replaced++
		path := i.Path()
		for _, u := range m.Unread {
			_, inside := below(u.Path, path)
			if _, around := below(path, u.Path); inside || around {
				return u.Path
			}
		}
	}
	if replaced < r.plan.Overwrite || int64(len(m.Unread)) < m.UnreadTotal {
		return m.Unread[0].Path
	}
	return ""
}

// undo is the command that brings back what was replaced.
func (r *restoring) undo() string {
	line := r.typeThis("restore") + " --snapshot " + shortID(r.safety.ID)
	if r.cfg.To != "" && filepath.Clean(r.cfg.To) != r.cwd {
		line += " " + r.lang.Pick("--to", "--para") + " " + config.Quote(r.cfg.To)
	}
	return line
}
