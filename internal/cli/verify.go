package cli

import (
	"context"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/verify"
)

// jsonVerify is the object of a finished verification.
type jsonVerify struct {
	Type          string  `json:"type"`
	Place         string  `json:"place"`
	Snapshots     int64   `json:"snapshots"`
	Dirs          int64   `json:"dirs"`
	Chunks        int64   `json:"chunks"`
	Packs         int64   `json:"packs"`
	PacksRead     int64   `json:"packs_read"`
	BytesRead     int64   `json:"bytes_read"`
	PacksProven   int64   `json:"packs_proven"`
	PacksTotal    int64   `json:"packs_total"`
	BytesProven   int64   `json:"bytes_proven"`
	BytesTotal    int64   `json:"bytes_total"`
	Oldest        string  `json:"oldest_proof,omitempty"`
	Sampled       int64   `json:"sampled"`
	SampledLive   int64   `json:"sampled_live"`
	Unlisted      int64   `json:"packs_unlisted"`
	UnlistedBytes int64   `json:"bytes_unlisted"`
	Parity        float64 `json:"parity_percent"`
	WithoutParity int64   `json:"packs_without_parity"`
	Aside         int64   `json:"aside"`
	AsideBytes    int64   `json:"bytes_aside"`
	Damaged       int     `json:"damaged"`
	Seconds       float64 `json:"seconds"`
}

// jsonProof is the object of when a pack was last read to its last byte.
type jsonProof struct {
	Type    string `json:"type"`
	Pack    string `json:"pack"`
	Bytes   int64  `json:"bytes"`
	Time    string `json:"time,omitempty"`
	Damaged bool   `json:"damaged"`
}

// jsonDamaged is the object of one damaged object of the repository.
type jsonDamaged struct {
	Type   string        `json:"type"`
	Object string        `json:"object"`
	Detail string        `json:"detail"`
	Total  int64         `json:"total"` // files that suffer
	Files  []jsonSuffers `json:"files"` // the first of them
	// Mendable says that parity mends it, so that nothing suffers.
	Mendable bool `json:"mendable"`
}

type jsonSuffers struct {
	Snapshot string `json:"snapshot"`
	jsonPath
}

func runVerify(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		s.tell(f(s.text.Verify.Start, s.place()))
		s.judged = true
		o := verify.Options{DataPercent: s.cfg.Share.Percent, DataBytes: s.cfg.Share.Bytes, Sample: s.cfg.Sample, Parallel: s.cfg.Parallel,
			Vouch: true, Proofs: s.verbose}
		if found, err := s.identify(s.cwd); err == nil && found.Known() {
			o.Live, o.LiveProject = s.cwd, found.Project.ID
		}
		meter := s.newMeter()
		res, err := s.verify(ctx, o, meter)
		meter.end()
		if res != nil {
			s.verified(res)
		}
		if err != nil {
			return err
		}
		if len(res.Damaged) > 0 {
			return s.damaged(res.Damaged, "damage-found")
		}
		return nil
	})
}

// verified tells what was proven, and what is damaged.
func (s *session) verified(res *verify.Result) {
	v, l := s.text.Verify, s.lang
	for _, d := range res.Damaged {
		s.showDamaged(d)
	}
	s.warnIssues(res.Issues, "%s: %s")
	s.warnDisowned(v.Disowned)
	s.showProofs(res.Proofs)
	o := jsonVerify{Type: "verify", Place: s.cfg.Place.URL(), Snapshots: res.Snapshots, Dirs: res.Trees, Chunks: res.Chunks, Packs: res.Packs,
		PacksRead: res.PacksRead, BytesRead: res.BytesRead, PacksProven: res.PacksProven, PacksTotal: res.PacksTotal, BytesProven: res.BytesProven,
		BytesTotal: res.BytesTotal, Sampled: res.Sampled, SampledLive: res.SampledLive, Unlisted: res.Unlisted, UnlistedBytes: res.UnlistedBytes,
		Parity: float64(res.Parity) / 100, WithoutParity: res.WithoutParity, Aside: res.Aside, AsideBytes: res.AsideBytes,
		Damaged: len(res.Damaged), Seconds: seconds(res.Duration)}
	if !res.Oldest.IsZero() {
		o.Oldest = jsonTime(res.Oldest.UnixNano())
	}
	s.object(o)
	if len(res.Damaged) == 0 {
		s.say(f(v.Healthy, s.place()))
	} else {
		s.say(l.Count(v.Damaged, int64(len(res.Damaged))))
	}
	var data, coverage, sample, unlisted, aside string
	if res.Unlisted > 0 {
		unlisted = f(v.UnlistedLine, l.Count(v.Packs, res.Unlisted), l.Bytes(res.UnlistedBytes))
	}
	if res.Aside > 0 {
		aside = f(l.Count(v.AsideLine, res.Aside), l.Bytes(res.AsideBytes))
	}
	parity := s.parityLine(res)
	if res.PacksRead > 0 {
		data = f(v.DataLine, l.Bytes(res.BytesRead), l.Count(v.Packs, res.PacksRead))
	}
	if res.PacksProven > 0 {
		coverage = f(v.CoverageLine, l.Int(res.PacksProven), l.Count(v.Packs, res.PacksTotal), l.Bytes(res.BytesProven), l.Bytes(res.BytesTotal),
			l.Date(res.Oldest.Local()))
	}
	if res.Sampled > 0 {
		sample = f(l.Count(v.SampleLine, res.Sampled), l.Int(res.SampledLive))
	}
	s.rows([2]string{v.Structure, f(v.StructureLine, l.Count(v.Snapshots, res.Snapshots), l.Count(v.Trees, res.Trees), l.Count(v.Chunks, res.Chunks),
		l.Count(v.Packs, res.Packs))}, [2]string{v.Data, data}, [2]string{v.Coverage, coverage}, [2]string{v.Sample, sample}, [2]string{v.Unlisted, unlisted}, [2]string{s.text.Parity.Label, parity}, [2]string{v.Aside, aside},
		[2]string{v.Time, l.Duration(res.Duration)})
}

// showProofs says of each pack when it was last read to its last byte.
func (s *session) showProofs(all []verify.Proof) {
	var rows [][]string
	for _, p := range all {
		when, o := s.text.Verify.Never, jsonProof{Type: "proof", Pack: p.Pack, Bytes: p.Size, Damaged: p.Bad}
		if !p.Time.IsZero() {
			when, o.Time = s.lang.Date(p.Time.Local()), jsonTime(p.Time.UnixNano())
		}
		if p.Bad {
			when += " " + s.text.Verify.Bad
		}
		s.object(o)
		rows = append(rows, []string{when, s.lang.Bytes(p.Size), p.Pack})
	}
	for _, row := range term.Table(rows) {
		s.tell(row)
	}
}

// showDamaged tells of one damaged object and of what suffers from it: an error, so with --quiet too.
func (s *session) showDamaged(d verify.Damaged) {
	v := s.text.Verify
	reason := s.reason(d.Err)
	o := jsonDamaged{Type: "damaged", Object: d.Object, Detail: reason, Total: d.Total, Files: []jsonSuffers{}, Mendable: d.Mendable}
	for _, file := range d.Files {
		o.Files = append(o.Files, jsonSuffers{file.Snapshot.String(), pathJSON(file.Path)})
	}
	s.object(o)
	if s.printer.json {
		return
	}
	s.note(f(v.Object, term.Escape(d.Object), reason) + "\n")
	n := s.shown(len(d.Files))
	for _, file := range d.Files[:n] {
		name := term.Escape(file.Path)
		if file.Path == "." {
			name = v.Everything
		}
		s.note("  " + f(v.Suffers, name, shortID(file.Snapshot)) + "\n")
	}
	switch rest := d.Total - int64(n); {
	case rest > 0:
		s.note("  " + f(v.SuffersMore, s.lang.Int(rest)) + "\n")
	case core.CodeOf(d.Err) == "parity-damaged":
		s.note("  " + f(s.text.Parity.Anew, s.typeThis("parity")+" --"+s.lang.Pick("check", "conferir")) + "\n")
	case repo.IsUnknown(d.Err):
		s.note("  " + s.admit(repo.SignedBy(d.Err)) + "\n")
	case d.Mendable:
		s.note("  " + f(s.text.Parity.Mends, s.typeThis("repair")+" --"+s.lang.Pick("data", "dados")+"=100%") + "\n")
	case d.Total == 0:
		s.note("  " + v.NoFile + "\n")
	}
}
