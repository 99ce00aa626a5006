package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/report"
)

// options are what the flags say.
type options struct {
	quick    bool
	rounds   int
	sets     map[string]bool
	s3       map[string]bool // sets that are measured on S3 too
	places   map[string]bool
	jobs     map[string]bool
	programs map[string]bool
	data     string // where sets are kept
	out      string // where results go
	render   string // results to show again
	limit    time.Duration
	program  string // instead of building it
	restic   string
	borg     string
	also     []named // other builds of the program
}

// named is a program's name and path.
type named struct{ name, path string }

// programNames lists what can be measured.
var programNames = []string{report.Own, report.Restic, "borg", "tar|zstd", "find", "tar", "tar+sync", "cp"}

// peerPackages are the Debian packages with the peers and the floors.
var peerPackages = map[string]string{"restic": "restic", "borg": "borgbackup", "zstd": "zstd", "tar": "tar", "find": "findutils", "cp": "coreutils"}

// parse reads the flags.
func parse(args []string) (*options, error) {
	o := &options{}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	var setNames []string
	for _, s := range dataset.Sets(true) {
		setNames = append(setNames, s.Name)
	}
	all := []string{report.Local, report.S3, report.FarS3}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "take small sets")
	f.IntVar(&o.rounds, "rounds", 3, "run each job `n` times and take the median")
	sets := f.String("sets", strings.Join(setNames, ","), "the `sets` to measure")
	s3 := f.String("s3", "a", "the `sets` to measure on S3 as well; \"\" for none")
	places := f.String("places", strings.Join(all, ","), "the `places` of the repository")
	jobs := f.String("jobs", strings.Join(report.Jobs, ","), "the `jobs` to measure")
	programs := f.String("programs", strings.Join(programNames, ","), "the `programs` to measure")
	f.StringVar(&o.data, "data", filepath.Join(cache, "backup_projeto-bench"), "the `folder` for the sets, which are kept, and for all else, which is not")
	f.StringVar(&o.out, "out", "", "write results.md, results.json and pictures to this `folder`")
	f.StringVar(&o.render, "render", "", "measure nothing; show the results of this JSON `file`")
	f.DurationVar(&o.limit, "limit", time.Hour, "the longest `time` that one command may take")
	f.StringVar(&o.program, "program", "", "the program's `path`, instead of building it")
	f.StringVar(&o.restic, "restic", "", "restic's `path`, instead of the installed one")
	f.StringVar(&o.borg, "borg", "", "borg's `path`, instead of the installed one")
	f.Func("also", "measure another build of the program: `name=path`; may be repeated", func(s string) error {
		name, path, ok := strings.Cut(s, "=")
		if !ok || name == "" || path == "" {
			return fmt.Errorf("want name=path")
		}
		path, err := filepath.Abs(path)
		o.also = append(o.also, named{name, path})
		return err
	})
	f.SetOutput(io.Discard) // the caller tells the error
	f.Usage = func() {}
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(os.Stdout)
			f.PrintDefaults()
		}
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.rounds < 1 {
		return nil, fmt.Errorf("-rounds=%d: want at least 1", o.rounds)
	}
	for _, l := range []struct {
		flag, text string
		known      []string
		to         *map[string]bool
	}{
		{"sets", *sets, setNames, &o.sets}, {"s3", *s3, setNames, &o.s3}, {"places", *places, all, &o.places},
		{"jobs", *jobs, report.Jobs, &o.jobs}, {"programs", *programs, programNames, &o.programs},
	} {
		if *l.to, err = choice(l.text, l.known); err != nil {
			return nil, fmt.Errorf("-%s: %w", l.flag, err)
		}
	}
	o.onlyNeeded()
	return o, o.absolute()
}

// onlyNeeded empties the S3 sets where no S3 place is asked for, so that no server is built.
func (o *options) onlyNeeded() {
	maps.DeleteFunc(o.s3, func(set string, _ bool) bool { return !o.sets[set] })
	if !o.places[report.S3] && !o.places[report.FarS3] {
		o.s3 = nil
	}
}

// absolute makes paths independent of where commands run.
func (o *options) absolute() error {
	for _, p := range []*string{&o.data, &o.program, &o.restic, &o.borg} {
		if *p == "" {
			continue
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = abs
	}
	return nil
}

// choice reads a list of known words, separated by commas.
func choice(text string, known []string) (map[string]bool, error) {
	out := map[string]bool{}
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		switch {
		case word == "":
		case !slices.Contains(known, word):
			return nil, fmt.Errorf("%q is none of %s", word, strings.Join(known, ", "))
		default:
			out[word] = true
		}
	}
	return out, nil
}

// find finds and installs the programs to be measured. One that is not to be had is left out, and a note says so.
func (b *bench) find(ctx context.Context, o *options) error {
	wanted := map[string]string{}
	for tool, pkg := range peerPackages {
		if (tool == "restic" && (!o.programs["restic"] || o.restic != "")) || (tool == "borg" && (!o.programs["borg"] || o.borg != "")) {
			continue
		}
		wanted[tool] = pkg
	}
	missing := install(ctx, wanted, b.say)
	var all []*program
	if o.programs[report.Own] {
		path := filepath.Join(b.root, report.Own)
		if err := b.provide(ctx, o.program, path); err != nil {
			return err
		}
		all = append(all, own(report.Own, path))
	}
	for i, n := range o.also {
		path := filepath.Join(b.root, fmt.Sprint(report.Own, "-", i))
		if err := b.provide(ctx, n.path, path); err != nil {
			return err
		}
		all = append(all, own(n.name, path))
	}
	or := func(path, name string) string {
		if path != "" {
			return path
		}
		return find(name)
	}
	all = append(all, restic(or(o.restic, "restic")), borg(or(o.borg, "borg")))
	all = append(all, floors(find)...)
	for _, p := range all {
		if slices.Contains(programNames, p.name) && !o.programs[p.name] {
			continue
		}
		if p.path == "" {
			b.results.Notes = append(b.results.Notes, fmt.Sprintf("%s is left out: it is not installed (missing: %s)", p.name, strings.Join(missing, ", ")))
			continue
		}
		b.programs = append(b.programs, p)
		b.results.Programs = append(b.results.Programs, report.Program{Name: p.name, Version: p.version(ctx, b.root), Floor: p.floor})
	}
	return nil
}

// provide puts the program to a path: a copy of a build, which may change while this runs, or a new build where none is given.
func (b *bench) provide(ctx context.Context, from, to string) error {
	if from != "" {
		from, err := filepath.EvalSymlinks(from)
		if err != nil {
			return err
		}
		return dataset.Copy(ctx, from, to)
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	return build(ctx, root, to)
}
