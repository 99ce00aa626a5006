package verify

import (
	"context"
	"slices"
	"strings"

	"backup_projeto/internal/core"
)

// listLost passes on to the caller every file that is lost, and every block, once it is known what is damaged. It is a search of its own, since
// the one before may have had to begin anew, and the caller must be told each but once.
func (v *run) listLost(ctx context.Context) error {
	for name := range v.packs.suspects {
		v.res.Suspects = append(v.res.Suspects, name)
	}
	slices.SortFunc(v.res.Suspects, core.ID.Compare)
	if len(v.damaged) == 0 || v.o.Lost == nil && v.o.Lack == nil {
		return nil
	}
	for object, d := range v.damaged {
		id, err := core.ParseUUID(strings.TrimPrefix(object, "snapshots/"))
		unread := err == nil && !slices.ContainsFunc(v.snaps, func(s snap) bool { return s.id == id })
		if !unread || v.o.Lost == nil {
			continue
		}
		if err := v.o.Lost(Lost{Suffers{id, "."}, -1, object, d.Err}); err != nil {
			return err
		}
	}
	return v.searchAll(ctx, &search{v: v, clean: newSeen(), list: true})
}
