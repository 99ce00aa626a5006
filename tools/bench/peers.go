package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
	"backup_projeto/tools/bench/internal/s3server"
)

var (
	errRestored  = errors.New("the restored file has other content")
	errSnapshots = errors.New("the program does not list its snapshots")
)

// password protects the peers' repositories, which are made without asking.
const password = "benchmark"

// restic with its defaults.
func restic(path string) *program {
	here := func(s *scene) string { return s.source }
	run := func(args ...string) func(s *scene) work {
		return func(s *scene) work { return in(here(s), append([]string{path}, args...)...) }
	}
	restore := func(s *scene) work { return in(s.target, path, "restore", "latest", "--target", s.target) }
	return &program{
		name: report.Restic, path: path, about: []string{"version"}, remote: true,
		env: func(s *scene) []string {
			repository := s.repo()
			if s.place.server != nil {
				repository = "s3:" + s.place.url() + "/" + s3server.Bucket + "/repo"
			}
			return []string{"RESTIC_REPOSITORY=" + repository, "RESTIC_PASSWORD=" + password}
		},
		create:  func(*scene) [][]string { return [][]string{{path, "init"}} },
		prepare: map[string]func(ctx context.Context, s *scene) error{report.Diff: resticIDs},
		jobs: map[string]func(s *scene) work{
			report.First:     run("backup", "."),
			report.Unchanged: run("backup", "."),
			report.Changed:   run("backup", "."),
			report.Open:      run("snapshots"),
			report.List:      run("ls", "latest", "/"),
			report.Diff:      func(s *scene) work { return in(s.source, append([]string{path, "diff"}, s.ids...)...) },
			report.Verify:    run("check", "--read-data"),
			report.Restore:   restore,
			report.Over:      restore,
			report.One: func(s *scene) work {
				return in(s.target, path, "restore", "latest", "--target", s.target, "--include", "/"+s.file)
			},
		},
	}
}

// resticIDs finds the ids of the two snapshots.
func resticIDs(ctx context.Context, s *scene) error {
	j := s.job(in(s.source, s.p.path, "snapshots", "--json"))
	if _, err := measure.RunHere(ctx, j); err != nil {
		return err
	}
	out, err := os.ReadFile(j.Stdout)
	if err != nil {
		return err
	}
	var list []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(out, &list); err != nil || len(list) < 2 {
		return errors.Join(errSnapshots, err)
	}
	s.ids = nil
	for _, x := range list[len(list)-2:] {
		s.ids = append(s.ids, x.ID)
	}
	return nil
}

// borg with its defaults.
func borg(path string) *program {
	run := func(args ...string) func(s *scene) work {
		return func(s *scene) work { return in(s.source, append([]string{path}, args...)...) }
	}
	save := func(s *scene) work { return in(s.source, path, "create", "::"+archive(s.snapshot), ".") }
	last := func(s *scene) string { return "::" + archive(s.last) }
	restore := func(s *scene) work { return in(s.target, path, "extract", last(s)) }
	return &program{
		name: "borg", path: path, about: []string{"--version"},
		env: func(s *scene) []string {
			return []string{"BORG_REPO=" + s.repo(), "BORG_PASSPHRASE=" + password, "BORG_BASE_DIR=" + filepath.Join(s.state, "home")}
		},
		create: func(*scene) [][]string { return [][]string{{path, "init", "--encryption=repokey"}} },
		jobs: map[string]func(s *scene) work{
			report.First:     save,
			report.Unchanged: save,
			report.Changed:   save,
			report.Open:      run("list"),
			report.List:      func(s *scene) work { return in(s.source, path, "list", last(s)) },
			report.Diff:      func(s *scene) work { return in(s.source, path, "diff", "::"+archive(s.last-1), archive(s.last)) },
			report.Verify:    run("check", "--verify-data"),
			report.Restore:   restore,
			report.Over:      restore,
			report.One:       func(s *scene) work { return in(s.target, path, "extract", last(s), s.file) },
		},
	}
}

// floors are what plain tools take for a part of the work.
func floors(find func(name string) string) []*program {
	tar, zstd, finder, cp := find("tar"), find("zstd"), find("find"), find("cp")
	both := tar
	if zstd == "" {
		both = ""
	}
	return []*program{
		{
			name: "tar|zstd", path: both, about: []string{"--version"}, floor: true,
			jobs: map[string]func(s *scene) work{
				report.First: func(s *scene) work {
					archive := filepath.Join(s.repo(), "set.tar.zst")
					return work{s.source, [][]string{{tar, "-c", "."}, {zstd, "-1", "-T2", "-q", "-o", archive}}}
				},
			},
		},
		{
			name: "find", path: finder, about: []string{"--version"}, floor: true,
			jobs: map[string]func(s *scene) work{
				report.Unchanged: func(s *scene) work { return in(s.source, finder, ".", "-printf", `%s %T@\n`) },
			},
		},
		untar("tar", tar, func(s *scene, archive string) work { return in(s.target, tar, "-xf", archive) }),
		untar("tar+sync", tar, func(s *scene, archive string) work {
			return in(s.target, "/bin/sh", "-c", `"$0" -xf "$1" && sync -f .`, tar, archive)
		}),
		{
			name: "cp", path: cp, about: []string{"--version"}, floor: true,
			jobs: map[string]func(s *scene) work{
				report.Restore: func(s *scene) work { return in(s.target, cp, "-a", s.source+"/.", ".") },
			},
		},
	}
}

// untar is a floor that unpacks the set.
func untar(name, tar string, unpack func(s *scene, archive string) work) *program {
	archive := func(s *scene) string { return filepath.Join(s.repo(), "set.tar") }
	return &program{
		name: name, path: tar, about: []string{"--version"}, floor: true,
		prepare: map[string]func(ctx context.Context, s *scene) error{report.Restore: func(ctx context.Context, s *scene) error {
			_, err := measure.RunHere(ctx, s.job(in(s.source, tar, "-cf", archive(s), ".")))
			return err
		}},
		jobs: map[string]func(s *scene) work{report.Restore: func(s *scene) work { return unpack(s, archive(s)) }},
	}
}

// version asks a program what it is, "" where it does not say.
func (p *program) version(ctx context.Context, scratch string) string {
	out := filepath.Join(scratch, "version")
	_, err := measure.RunHere(ctx, measure.Job{Argv: [][]string{append([]string{p.path}, p.about...)}, Env: []string{"HOME=" + scratch, "LANG=C.UTF-8"}, Stdout: out})
	if err != nil {
		return ""
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return fmt.Sprintf("%.60s", first)
}
