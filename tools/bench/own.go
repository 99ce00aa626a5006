package main

import (
	"encoding/json"
	"strings"

	"backup_projeto/tools/bench/internal/report"
	"backup_projeto/tools/bench/internal/s3server"
)

// own is the program that is built here, used as its users do: in the project's folder, with the place and little else.
func own(name, path string) *program {
	repository := func(s *scene) string {
		if s.place.server != nil {
			return "--repository=s3://" + s3server.Bucket + "/repo"
		}
		return "--repository=" + s.repo()
	}
	run := func(where func(s *scene) string, args ...string) func(s *scene) work {
		return func(s *scene) work { return in(where(s), append([]string{path, repository(s)}, args...)...) }
	}
	sub := func(where func(s *scene) string, command string, args ...string) func(s *scene) work {
		return func(s *scene) work { return in(where(s), append([]string{path, command, repository(s)}, args...)...) }
	}
	source := func(s *scene) string { return s.source }
	target := func(s *scene) string { return s.target }
	return &program{
		name: name, path: path, about: []string{"version"}, remote: true,
		env: func(*scene) []string { return []string{"BACKUP_PROJETO_KEYRING=off", "BACKUP_PROJETO_LANG=en"} },
		jobs: map[string]func(s *scene) work{
			report.First:     run(source, "--json"),
			report.Unchanged: run(source, "--json"),
			report.Changed:   run(source, "--json"),
			report.Open:      sub(source, "snapshots"),
			report.List:      sub(source, "ls"),
			report.Diff:      sub(source, "diff"),
			report.Verify:    sub(source, "verify", "--data"),
			report.Restore:   run(target, "--restore", "--json"),
			report.Over:      run(target, "--restore", "--overwrite", "--json"),
			report.One:       func(s *scene) work { return in(s.target, path, "restore", repository(s), s.file, "--json") },
		},
		counted: countedOwn,
	}
}

// countedOwn finds the number of requests in what "--json" prints.
func countedOwn(output string) *int64 {
	var found *int64
	for line := range strings.Lines(output) {
		var o struct {
			Requests json.RawMessage `json:"requests"`
		}
		if json.Unmarshal([]byte(line), &o) != nil || o.Requests == nil {
			continue
		}
		var n int64
		if json.Unmarshal(o.Requests, &n) == nil {
			found = &n
			continue
		}
		var kinds map[string]int64 // by kind of request
		if json.Unmarshal(o.Requests, &kinds) == nil {
			for _, k := range kinds {
				n += k
			}
			found = &n
		}
	}
	return found
}
