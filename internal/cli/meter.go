package cli

import (
	"strings"
	"sync"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/i18n"
	"backup_projeto/internal/report"
)

// How often progress is shown: on a terminal, as JSON, and as plain lines in a file.
const (
	drawEvery  = 100 * time.Millisecond
	jsonEvery  = time.Second
	plainEvery = 10 * time.Second
	rateOver   = 30 // readings that the speed is an average of, on a terminal 3 s
)

// meter shows an operation's progress until it is stopped, and keeps its issues.
type meter struct {
	app      *app
	progress report.Progress
	start    time.Time
	stop     chan struct{}
	done     chan struct{}
	speed    speed // of the goroutine that shows

	mu     sync.Mutex
	issues []report.Issue // guarded by mu
}

// newMeter starts to show.
func (a *app) newMeter() *meter {
	m := &meter{app: a, start: time.Now(), stop: make(chan struct{}), done: make(chan struct{})}
	every := plainEvery
	switch {
	case a.printer.json:
		every = jsonEvery
	case a.quiet:
		every = 0
	case a.tty:
		every = drawEvery
	}
	if every == 0 {
		close(m.done)
		return m
	}
	go m.run(every)
	return m
}

// Progress gives the counters to the operation.
func (m *meter) Progress() *report.Progress { return &m.progress }

// Issue keeps one.
func (m *meter) Issue(i report.Issue) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.issues = append(m.issues, i)
}

// end stops showing, and takes the line away.
func (m *meter) end() {
	close(m.stop)
	<-m.done
	m.app.clear()
}

func (m *meter) run(every time.Duration) {
	defer close(m.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-m.stop:
			return
		case <-tick.C:
			m.show(m.read())
		}
	}
}

// reading is the counters at one moment.
type reading struct {
	files, bytes, totalFiles, totalBytes, stored int64
	current                                      string
	elapsed                                      time.Duration
	rate                                         float64 // bytes a second, of late
}

func (m *meter) read() reading {
	p := &m.progress
	r := reading{files: p.Files.Load(), bytes: p.Bytes.Load(), totalFiles: p.TotalFiles.Load(), totalBytes: p.TotalBytes.Load(),
		stored: p.Stored.Load(), current: p.Current(), elapsed: time.Since(m.start)}
	r.rate = m.speed.add(r.elapsed, r.bytes)
	return r
}

func (m *meter) show(r reading) {
	a := m.app
	switch {
	case a.printer.json:
		a.object(newJSONProgress(r))
	case a.tty:
		a.draw(progressLine(a.text, r, term.Columns(a.proc.Stderr)))
	default:
		if !a.held() {
			a.note(progressLine(a.text, r, 0) + "\n")
		}
	}
}

// progressLine writes a reading in at most columns; 0 means as many as it takes.
func progressLine(text *i18n.Catalog, r reading, columns int) string {
	l, p := text.Lang, text.General.Progress
	parts := []string{l.Count(p.Files, r.files), l.Bytes(r.bytes)}
	if r.totalFiles > r.files {
		parts[0] = f(p.Of, l.Int(r.files), l.Count(p.Files, r.totalFiles))
	}
	if r.totalBytes > r.bytes {
		parts[1] = f(p.Of, l.Bytes(r.bytes), l.Bytes(r.totalBytes))
	}
	if r.rate >= 1 {
		parts = append(parts, l.Rate(r.rate))
		if left := float64(r.totalBytes-r.bytes) / r.rate; left >= 1 && left < 1e7 {
			parts = append(parts, f(p.Left, l.Duration(time.Duration(left)*time.Second)))
		}
	}
	line := strings.Join(parts, "  ")
	name := term.Escape(r.current)
	if columns == 0 {
		return line
	}
	if room := columns - 1 - term.Width(line) - 2; name != "" && room >= 10 {
		line += "  " + term.Clip(name, room)
	}
	return term.Clip(line, columns-1)
}

// speed averages over the last readings.
type speed struct {
	times []time.Duration
	bytes []int64
}

func (s *speed) add(at time.Duration, bytes int64) float64 {
	if len(s.times) == rateOver {
		s.times, s.bytes = s.times[1:], s.bytes[1:]
	}
	s.times, s.bytes = append(s.times, at), append(s.bytes, bytes)
	span := (at - s.times[0]).Seconds()
	if span <= 0 {
		return 0
	}
	return float64(bytes-s.bytes[0]) / span
}

// jsonProgress is the object of progress.
type jsonProgress struct {
	Type           string  `json:"type"`
	Files          int64   `json:"files"`
	Bytes          int64   `json:"bytes"`
	TotalFiles     int64   `json:"total_files"`
	TotalBytes     int64   `json:"total_bytes"`
	Stored         int64   `json:"stored_bytes"`
	BytesPerSecond int64   `json:"bytes_per_second"`
	Seconds        float64 `json:"seconds"`
	jsonPath
}

func newJSONProgress(r reading) jsonProgress {
	return jsonProgress{"progress", r.files, r.bytes, r.totalFiles, r.totalBytes, r.stored, int64(r.rate), seconds(r.elapsed), pathJSON(r.current)}
}

// seconds rounds a duration to milliseconds, for JSON.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
