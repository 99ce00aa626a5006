// Bench measures the program against its peers and against what the machine allows.
//
//	go run ./tools/bench -quick        some minutes, small sets
//	go run ./tools/bench -out doc/bench
//
// It needs Linux and Go; run by root it installs the Debian packages that it needs. See doc/bench.md for what it measures, and how.
//
// Map: options.go reads the flags; tools.go finds and installs programs; program.go says what a program is, own.go and peers.go list them;
// series.go runs jobs in turn and story.go
// stories, timed.go one job, on states that state.go keeps and the folder that source.go makes; output.go writes files. The packages below internal measure processes, make
// the sets, serve S3, delay connections, and show results.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/delay"
	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
	"backup_projeto/tools/bench/internal/s3server"
)

func main() {
	measure.LaunchIfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp): // it was shown
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run does what the flags ask for. That a goal is missed is no error.
func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.render != "" {
		r, err := report.ReadJSON(o.render)
		if err != nil {
			return err
		}
		r.Judge()
		return show(r, o.out)
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	err = b.sets(ctx, o)
	b.results.Judge()
	if len(b.results.Cells) > 0 { // also what was measured before an interruption
		err = errors.Join(err, show(b.results, o.out))
	}
	return errors.Join(err, dataset.Remove(b.root))
}

func show(r *report.Results, out string) error {
	if err := r.WriteMarkdown(os.Stdout); err != nil || out == "" {
		return err
	}
	return publish(r, out)
}

// newBench finds the programs and prepares a folder to work in.
func newBench(ctx context.Context, o *options) (*bench, error) {
	begun := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%7.1fs "+format+"\n", append([]any{time.Since(begun).Seconds()}, args...)...)
	}
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return nil, err
	}
	root, err := os.MkdirTemp(o.data, "run-") // on the same disk as the sets
	if err != nil {
		return nil, err
	}
	b := &bench{rounds: o.rounds, jobs: o.jobs, root: root, limit: o.limit, say: say, measure: measure.Run}
	b.settle = func(ctx context.Context) error { return exec.CommandContext(ctx, "sync").Run() }
	b.results = &report.Results{Started: begun, Quick: o.quick, Rounds: o.rounds}
	if b.results.Machine, err = machine(ctx, root); err == nil {
		err = b.find(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, dataset.Remove(root))
	}
	return b, nil
}

// sets makes and measures every set that is asked for.
func (b *bench) sets(ctx context.Context, o *options) error {
	near, far, err := b.places(ctx, o)
	if err != nil {
		return err
	}
	if far != nil {
		defer far.Close()
	}
	for _, set := range dataset.Sets(o.quick) {
		if !o.sets[set.Name] {
			continue
		}
		if missing := install(ctx, set.Tools, b.say); len(missing) > 0 {
			b.results.Notes = append(b.results.Notes, fmt.Sprintf("set %s is left out: %v is not installed", set.Name, missing))
			continue
		}
		b.say("set %s: %s", set.Name, set.Title)
		pristine, err := set.Make(ctx, filepath.Join(o.data, "sets"))
		if err != nil {
			return err
		}
		survey, err := dataset.Look(pristine)
		if err != nil {
			return err
		}
		b.results.Sets = append(b.results.Sets, report.Set{Name: set.Name, Title: set.Title, Files: survey.Files, Dirs: survey.Dirs,
			Bytes: survey.Bytes, Unique: survey.Unique})
		for _, p := range b.placesOf(&set, o, near, far) {
			r := &series{bench: b, set: &set, pristine: pristine, place: p, source: filepath.Join(b.root, "source"), broken: map[string]bool{}}
			do := r.run
			if set.Steps > 0 {
				do = r.story
			}
			if err := do(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// places starts what S3 needs; the server itself is started for each run.
func (b *bench) places(ctx context.Context, o *options) (*s3server.Server, *delay.Proxy, error) {
	if len(o.s3) == 0 {
		return nil, nil, nil
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, nil, err
	}
	path, err := s3server.Build(ctx, filepath.Join(root, "tools", "s3server"), filepath.Join(root, ".cache", "s3server"))
	if err != nil {
		return nil, nil, err
	}
	server, err := s3server.New(path)
	if err != nil {
		return nil, nil, err
	}
	proxy, err := delay.New(server.Addr(), report.FarTrip)
	return server, proxy, err
}

// placesOf lists where a set is measured.
func (b *bench) placesOf(set *dataset.Set, o *options, server *s3server.Server, far *delay.Proxy) (out []*place) {
	if set.Steps > 0 && !b.jobs[report.Story] || set.Steps == 0 && len(b.jobs) == 1 && b.jobs[report.Story] {
		return nil
	}
	if o.places[report.Local] {
		out = append(out, &place{name: report.Local})
	}
	if o.s3[set.Name] {
		if o.places[report.S3] {
			out = append(out, &place{report.S3, server, server.Addr()})
		}
		if o.places[report.FarS3] {
			out = append(out, &place{report.FarS3, server, far.Addr()})
		}
	}
	return out
}
