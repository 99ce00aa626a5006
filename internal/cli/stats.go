package cli

import (
	"context"
	"strings"

	"backup_projeto/internal/core"
)

// jsonStats is the object of stats.
type jsonStats struct {
	Type          string `json:"type"`
	Repository    string `json:"repository"`
	Place         string `json:"place"`
	Snapshots     int64  `json:"snapshots"`
	Projects      int64  `json:"projects"`
	Packs         int64  `json:"packs"`
	Objects       int64  `json:"objects"`
	BytesSeen     int64  `json:"bytes_seen"`   // sum over all snapshots
	BytesLatest   int64  `json:"bytes_latest"` // sum over the last snapshot of each project
	BytesStored   int64  `json:"bytes_stored"`
	BytesInPacks  int64  `json:"bytes_in_packs"`
	FirstSnapshot string `json:"first_snapshot,omitempty"` // its moment
	LastSnapshot  string `json:"last_snapshot,omitempty"`
}

func runStats(ctx context.Context, a *app, _ []string) error {
	return a.reading(ctx, func(s *session) error {
		h, err := s.history(ctx)
		if err != nil {
			return err
		}
		o := jsonStats{Type: "stats", Repository: s.header.ID.String(), Place: s.cfg.Place.URL(), Snapshots: int64(len(h)),
			Projects: int64(len(h.projects()))}
		latest := map[core.UUID]int64{}
		for _, m := range h {
			o.BytesSeen += m.Counts.BytesSeen
			latest[m.Project.ID] = m.Counts.BytesSeen
		}
		for _, n := range latest {
			o.BytesLatest += n
		}
		if len(h) > 0 {
			o.FirstSnapshot, o.LastSnapshot = jsonTime(h[0].Start), jsonTime(h[len(h)-1].Start)
		}
		for info, err := range s.store.List(ctx, "") {
			if err != nil {
				return err
			}
			o.Objects++
			o.BytesStored += info.Size
			if strings.HasPrefix(info.Name, "packs/") {
				o.Packs++
				o.BytesInPacks += info.Size
			}
		}
		s.object(o)
		s.showStats(o, h)
		return s.whole()
	})
}

func (s *session) showStats(o jsonStats, h history) {
	b, l := s.text.Browse, s.lang
	snapshots := l.Count(b.Snapshots, o.Snapshots) + ", " + l.Count(b.Projects, o.Projects)
	if len(h) > 0 {
		snapshots += ", " + l.Date(when(h[0])) + " – " + l.Date(when(h[len(h)-1]))
	}
	ratio := ""
	if o.BytesStored > 0 && o.BytesSeen > o.BytesStored {
		ratio = f(s.text.Backup.Smaller, l.Decimal(float64(o.BytesSeen)/float64(o.BytesStored), 1))
	}
	s.rows([2]string{b.StatsPlace, s.place()}, [2]string{b.StatsID, o.Repository}, [2]string{b.StatsSnapshots, snapshots},
		[2]string{b.StatsContent, f(b.StatsContentLine, l.Bytes(o.BytesSeen), l.Bytes(o.BytesLatest))},
		[2]string{b.StatsStored, l.Bytes(o.BytesStored) + " (" + l.Count(s.text.Verify.Packs, o.Packs) + ", " + l.Count(b.Objects, o.Objects) + ")"},
		[2]string{b.StatsRatio, ratio})
}
