package cli

import (
	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/restore"
)

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
		r.object(jsonItem{"plan_item", pathJSON(i.Path()), actionWord(i.Action), i.Size})
	}
	if r.printer.json {
		return
	}
	line := r.tell
	if r.cfg.DryRun { // then the plan is the result
		line = r.say
	}
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
	if len(rows) > 0 {
		line(text.Plan + ":")
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
			line("    " + label[i.Action] + ": " + term.Escape(i.Path()))
			n++
		}
	}
	if rest := of - int64(n); rest > 0 {
		line("    " + l.Count(r.text.General.MoreLines, rest))
	}
}
