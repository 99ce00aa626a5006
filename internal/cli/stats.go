package cli

import (
	"context"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
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
	Versions      *int64 `json:"versions,omitempty"` // kept by the bucket beside the objects
	BytesVersions *int64 `json:"bytes_versions,omitempty"`
	Rewritten     *int64 `json:"rewritten,omitempty"`
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
		for info, err := range storage.Distinct(s.store).List(ctx, "") {
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
		kept, err := s.kept(ctx)
		if err != nil {
			return err
		}
		if kept != nil {
			o.Versions, o.BytesVersions, o.Rewritten = &kept.Versions, &kept.Bytes, &kept.Rewritten
		}
		s.object(o)
		s.showStats(o, h)
		s.warnRewritten(kept)
		return s.whole()
	})
}

// kept sums up what the place keeps beside the objects; nil where it keeps nothing, or may not be asked.
func (s *session) kept(ctx context.Context) (*storage.Kept, error) {
	h, ok := storage.As[storage.Historian](s.store)
	if !ok {
		return nil, nil
	}
	keeps, err := h.Versioned(ctx)
	if err != nil || !keeps {
		return nil, ignoreDenied(err)
	}
	kept, err := h.Kept(ctx)
	if err != nil {
		return nil, ignoreDenied(err)
	}
	return &kept, nil
}

func ignoreDenied(err error) error {
	if storage.IsDenied(err) {
		return nil
	}
	return err
}

// warnRewritten tells of objects whose content was replaced, which this program never does.
func (s *session) warnRewritten(kept *storage.Kept) {
	if kept != nil && kept.Rewritten > 0 {
		s.warn(f(s.lang.Count(s.text.Browse.Rewritten, kept.Rewritten), kept.First))
	}
}

func (s *session) showStats(o jsonStats, h history) {
	b, l := s.text.Browse, s.lang
	snapshots := l.Count(b.Snapshots, o.Snapshots) + ", " + l.Count(b.Projects, o.Projects)
	if len(h) > 0 {
		snapshots += ", " + l.Date(when(h[0])) + " – " + l.Date(when(h[len(h)-1]))
	}
	ratio, versions := "", ""
	if o.Versions != nil {
		versions = f(b.StatsVersionsLine, l.Bytes(*o.BytesVersions), l.Count(b.Versions, *o.Versions))
	}
	if o.BytesStored > 0 && o.BytesSeen > o.BytesStored {
		ratio = f(s.text.Backup.Smaller, l.Decimal(float64(o.BytesSeen)/float64(o.BytesStored), 1))
	}
	s.rows([2]string{b.StatsPlace, s.place()}, [2]string{b.StatsID, o.Repository}, [2]string{b.StatsSnapshots, snapshots},
		[2]string{b.StatsContent, f(b.StatsContentLine, l.Bytes(o.BytesSeen), l.Bytes(o.BytesLatest))},
		[2]string{b.StatsStored, l.Bytes(o.BytesStored) + " (" + l.Count(s.text.Verify.Packs, o.Packs) + ", " + l.Count(b.Objects, o.Objects) + ")"},
		[2]string{b.StatsVersions, versions}, [2]string{b.StatsRatio, ratio})
}
