// Package report keeps what a benchmark measured and shows it.
//
// Terms: a cell is what one program took for one job on one set at one place, in several runs; its figures are the medians of the runs; a
// goal is what a figure, or the ratio of two, should be; a verdict says whether it is.
//
// Promises: everything shown is computed from Results, which is also what the JSON file holds, so that tables and pictures can be made
// again from the file.
package report

import (
	"encoding/json"
	"io"
	"os"
	"slices"
	"time"
)

// Results is one run of the benchmark.
type Results struct {
	Started  time.Time `json:"started"`
	Quick    bool      `json:"quick"`  // smaller sets than the goals are for
	Rounds   int       `json:"rounds"` // runs of each job
	Machine  Machine   `json:"machine"`
	Programs []Program `json:"programs"`
	Sets     []Set     `json:"sets"`
	Cells    []*Cell   `json:"cells"`
	Verdicts []Verdict `json:"verdicts"`
	Notes    []string  `json:"notes,omitempty"` // what was left out, and why
}

// Machine says where it ran.
type Machine struct {
	System     string `json:"system"`
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	Memory     int64  `json:"memory_bytes"`
	FileSystem string `json:"file_system"`
	Go         string `json:"go"`
	LeastPeak  int64  `json:"least_peak_bytes"` // the smallest memory that can be seen
}

// Program is one that was measured.
type Program struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Floor   bool   `json:"floor,omitempty"` // no backup program, but what the machine allows
}

// Set is one of the folders.
type Set struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Files  int64  `json:"files"`
	Dirs   int64  `json:"dirs"`
	Bytes  int64  `json:"bytes"`
	Unique int64  `json:"unique_bytes"` // of files with different content
}

// Key says what a cell is about.
type Key struct {
	Set     string `json:"set"`
	Place   string `json:"place"`
	Job     string `json:"job"`
	Program string `json:"program"`
}

// Cell is what one program took for one job.
type Cell struct {
	Key
	Runs   []Run  `json:"runs"`
	Failed string `json:"failed,omitempty"` // why there is no figure
}

// Run is one run of a job. What is not known is nil.
type Run struct {
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpu_seconds"`
	Peak     int64   `json:"peak_bytes"`
	Stored   *int64  `json:"stored_bytes,omitempty"` // by how much the repository grew
	Requests *int64  `json:"requests,omitempty"`
}

// Metric is a figure of a cell.
type Metric string

// The metrics.
const (
	Seconds  Metric = "seconds"
	CPU      Metric = "cpu"
	Peak     Metric = "peak"
	Stored   Metric = "stored"
	Requests Metric = "requests"
)

// Get returns a metric of a run.
func (r *Run) Get(m Metric) (float64, bool) {
	whole := func(p *int64) (float64, bool) {
		if p == nil {
			return 0, false
		}
		return float64(*p), true
	}
	switch m {
	case Seconds:
		return r.Seconds, true
	case CPU:
		return r.CPU, true
	case Peak:
		return float64(r.Peak), r.Peak > 0
	case Stored:
		return whole(r.Stored)
	case Requests:
		return whole(r.Requests)
	}
	return 0, false
}

// Value returns the median of a metric over a cell's runs; false where some run lacks it, or there is none.
func (c *Cell) Value(m Metric) (float64, bool) {
	values, ok := c.values(m)
	if !ok {
		return 0, false
	}
	return Median(values), true
}

// Span returns the least and the most of a metric.
func (c *Cell) Span(m Metric) (least, most float64, ok bool) {
	values, ok := c.values(m)
	if !ok {
		return 0, 0, false
	}
	return slices.Min(values), slices.Max(values), true
}

func (c *Cell) values(m Metric) ([]float64, bool) {
	if c == nil || c.Failed != "" || len(c.Runs) == 0 {
		return nil, false
	}
	values := make([]float64, len(c.Runs))
	for i := range c.Runs {
		v, ok := c.Runs[i].Get(m)
		if !ok {
			return nil, false
		}
		values[i] = v
	}
	return values, true
}

// Median returns the middle of some values, or the mean of the two in the middle. There must be one.
func Median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

// Cell returns the cell of a key, made if it is not there.
func (r *Results) Cell(k Key) *Cell {
	if c := r.Find(k); c != nil {
		return c
	}
	c := &Cell{Key: k}
	r.Cells = append(r.Cells, c)
	return c
}

// Find returns the cell of a key, or nil.
func (r *Results) Find(k Key) *Cell {
	for _, c := range r.Cells {
		if c.Key == k {
			return c
		}
	}
	return nil
}

// WriteJSON writes the results for programs.
func (r *Results) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// ReadJSON reads what WriteJSON wrote to a file.
func ReadJSON(path string) (*Results, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &Results{}
	return r, json.Unmarshal(data, r)
}
