package retain

import "time"

// trusted is how long before the store got it a snapshot may have begun: longer than backups take. What says more is doubtful.
const trusted = 24 * time.Hour

// moments returns when a snapshot was made by its own account, and when it was stored, both by now's calendar. The store's clock bounds
// the device's: nothing was made after it was stored, so that no device can claim the future. Where the store does not tell, now is the
// bound.
func (i *Item) moments(now time.Time) (made, stored time.Time, doubtful bool) {
	made, stored = i.Start.In(now.Location()), i.Stored.In(now.Location())
	if i.Stored.IsZero() {
		stored = made
		if made.After(now) {
			stored = now
		}
	}
	if made.After(stored) {
		made = stored
	}
	return made, stored, stored.Sub(made) > trusted
}

// slot is an hour, day, week, month or year of a calendar.
type slot [2]int64

// An hour that comes twice, as clocks are set back, is two; a week is that of ISO 8601, which belongs to the year of its Thursday.
func hour(t time.Time) slot {
	return slot{t.Unix() - int64(t.Minute()*60+t.Second())}
}

func day(t time.Time) slot { return slot{int64(t.Year()), int64(t.YearDay())} }

func week(t time.Time) slot {
	year, n := t.ISOWeek()
	return slot{int64(year), int64(n)}
}

func month(t time.Time) slot { return slot{int64(t.Year()), int64(t.Month())} }
func year(t time.Time) slot  { return slot{int64(t.Year())} }
