package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"backup_projeto/tools/bench/internal/measure"
	"backup_projeto/tools/bench/internal/report"
)

// install installs Debian packages of programs that are missing, where that is possible, and returns the names of the programs that are missing
// still. tools maps programs to packages.
func install(ctx context.Context, tools map[string]string, say func(string, ...any)) (missing []string) {
	packages := map[string]bool{}
	for name, p := range tools {
		if _, err := exec.LookPath(name); err != nil {
			packages[p] = true
		}
	}
	if len(packages) > 0 {
		if err := aptGet(ctx, packages, say); err != nil {
			say("installing: %v", err)
		}
	}
	for name := range tools {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

func aptGet(ctx context.Context, packages map[string]bool, say func(string, ...any)) error {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return errors.New("only root may install packages")
	}
	list := []string{"install", "-y", "-qq", "--no-install-recommends"}
	for p := range packages {
		list = append(list, p)
	}
	say("installing %s", strings.Join(list[4:], ", "))
	for _, args := range [][]string{{"update", "-qq"}, list} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, bytes.TrimSpace(out))
		}
	}
	return nil
}

// find returns a program's path, "" where it is not there.
func find(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	if path, err = filepath.Abs(path); err != nil {
		return ""
	}
	return path
}

// moduleRoot is the folder of this module.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	root := filepath.Dir(string(bytes.TrimSpace(out)))
	if _, err := os.Stat(filepath.Join(root, "cmd", report.Own)); err != nil {
		return "", fmt.Errorf("run this in the project's folder: %w", err)
	}
	return root, nil
}

// build builds the program as it is released.
func build(ctx context.Context, root, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", to, "./cmd/"+report.Own)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the program: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// machine says where this runs.
func machine(ctx context.Context, dir string) (report.Machine, error) {
	m := report.Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(), CPU: "an unknown processor"}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if name := field(string(text), "model name"); name != "" {
			m.CPU = name
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib int64
		if _, err := fmt.Sscan(field(string(text), "MemTotal"), &kib); err == nil {
			m.Memory = kib << 10
		}
	}
	if out, err := exec.CommandContext(ctx, "df", "--output=fstype", dir).Output(); err == nil {
		_, kind, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n")) // below a heading
		m.FileSystem = string(kind)
	}
	if out, err := exec.CommandContext(ctx, "uname", "-sr").Output(); err == nil {
		m.System += ", " + string(bytes.TrimSpace(out))
	}
	var err error
	m.LeastPeak, err = measure.Floor(ctx)
	return m, err
}

// field returns the value of the first "name : value" line.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
