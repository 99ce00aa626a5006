package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"backup_projeto/tools/bench/internal/dataset"
	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
	"backup_projeto/tools/bench/internal/s3server"
)

// program is something that is measured, and how it is used for each job.
type program struct {
	name   string
	path   string   // of the executable; "" where it is not there
	about  []string // the arguments that make it print its version
	floor  bool     // what the machine allows, rather than a backup program
	remote bool     // it can use S3
	// env adds to the environment of all its commands.
	env func(s *scene) []string
	// create are commands that make an empty repository; they are not timed. Nil where the first backup does that.
	create func(s *scene) [][]string
	// prepare does what a job needs beforehand; it is not timed.
	prepare map[string]func(ctx context.Context, s *scene) error
	jobs    map[string]func(s *scene) work
	// counted says how many requests a job made, where the program tells it; else nil.
	counted func(output string) *int64
}

// saves reports whether the program makes repositories.
func (p *program) saves() bool { return p.create != nil || !p.floor }

// work is what is timed.
type work struct {
	dir  string     // where it runs
	argv [][]string // a pipeline
}

// in is work of one command.
func in(dir string, argv ...string) work { return work{dir, [][]string{argv}} }

// scene is what a program works on. Paths are absolute.
type scene struct {
	p        *program
	place    *place
	state    string // the program's folder: repository, configuration, caches
	source   string // what is saved
	target   string // where it is restored to
	file     string // the one file that is restored, a slash path below source
	snapshot int    // the number of the snapshot that a backup makes, from 1
	last     int    // the number of the newest snapshot there is
	ids      []string
	output   string // the file that takes the program's output
}

// repo is the folder of a local repository.
func (s *scene) repo() string { return filepath.Join(s.state, "repo") }

// stored is the folder whose growth is what a job stored.
func (s *scene) stored() string {
	if s.place.server == nil {
		return s.repo()
	}
	return s3server.Objects(s.state)
}

// environment is that of the scene's commands: nothing of the person who runs the benchmark gets in between.
func (s *scene) environment() []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(s.state, "home"), "LANG=C.UTF-8", "TZ=UTC"}
	if s.place.server != nil {
		env = append(env, "AWS_ACCESS_KEY_ID="+s3server.Access, "AWS_SECRET_ACCESS_KEY="+s3server.Secret, "AWS_REGION="+s3server.Region,
			"AWS_ENDPOINT_URL="+s.place.url(), "AWS_EC2_METADATA_DISABLED=true")
	}
	if s.p.env != nil {
		env = append(env, s.p.env(s)...)
	}
	return env
}

// job is the scene's work as it is measured.
func (s *scene) job(w work) measure.Job {
	return measure.Job{Argv: w.argv, Dir: w.dir, Env: s.environment(), Stdout: s.output, Stderr: s.output + ".err"}
}

// restored checks that a job that restores did so.
func (s *scene) restored(job string) error {
	switch job {
	case report.Restore:
		return dataset.Same(s.source, s.target, false)
	case report.Over:
		return dataset.Same(s.source, s.target, true) // what is new since the older copy is not there; what it had more may stay
	case report.One:
		want, err := os.ReadFile(filepath.Join(s.source, s.file))
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(s.target, s.file))
		if err == nil && string(got) != string(want) {
			return errRestored
		}
		return err
	}
	return nil
}

// place is where repositories are kept.
type place struct {
	name   string
	server *s3server.Server // nil for this machine's disk
	addr   string           // where programs reach the server
}

func (p *place) url() string { return "http://" + p.addr }

// archive names a snapshot for programs that want a name.
func archive(n int) string { return "s" + strconv.Itoa(n) }
