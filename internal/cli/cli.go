// Package cli is the program's command line: commands and flags in two languages, what is printed, and the exit code.
//
// Terms: a command is a row of the tree in commands.go and a short file with its run function; a twin is a command's or flag's name in
// the other language. The app is one run of the program: its process, language, settings and printer.
//
// Map: run.go starts and ends a run; commands.go lists the commands, command.go makes cobra's tree of them in one language, flags.go
// their flags; usage.go turns mistakes of typing into errors with a suggestion; exit.go turns an error into words and an exit code;
// print.go and meter.go write results and progress; help.go and man.go are the manual; ask.go and secret.go get answers, passphrases
// and codes; device.go keeps this machine's key and ownkey.go sees to it; session.go opens the repository, with a secret that unlock.go finds, past.go
// as it was, create.go makes it; which.go finds the snapshots that a command is about; engine.go is where operations are started; the rest is
// one file a command, or two: bill.go is of prune.go, plan.go, restored.go and safety.go of restore.go. Package term draws on the
// terminal, package browse compares and searches snapshots.
//
// Promises: words come from package i18n only; cobra's own English reaches nobody; results go to standard output, everything else to
// standard error, and with --json each line is one object (doc/json.md); nobody but main ends the process.
package cli

import (
	"io"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"time"

	"backup_projeto/internal/config"
	"backup_projeto/internal/i18n"
)

// Program is the name to type.
const Program = "backup_projeto"

// Process is what a run takes from the system.
type Process struct {
	Args           []string // without the program's name
	Stdin          *os.File
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Environ        []string  // each "NAME=value"
	Exit           func(int) // ends the process at once, at a second Ctrl-C
}

// System returns this process as it is.
func System() Process {
	return Process{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ(), Exit: os.Exit}
}

// app is one run of the program.
type app struct {
	proc  Process
	lang  i18n.Lang
	text  *i18n.Catalog
	input *config.Input
	cfg   *config.Config
	dirs  config.Dirs
	home  string
	cwd   string // known once resolve ran
	vault vault
	// patience is how long the vault may take.
	patience time.Duration
	*printer
}

func newApp(p Process) *app {
	lang := i18n.Choose(early(p.Args, "lang", "idioma"), p.Getenv, i18n.System)
	text := i18n.For(lang)
	home := userHome()
	return &app{proc: p, lang: lang, text: text, input: &config.Input{}, cfg: &config.Config{Lang: lang}, home: home,
		vault: systemVault(p.Getenv), patience: vaultPatience, dirs: config.FindDirs(runtime.GOOS, home, p.Getenv), printer: newPrinter(p, text)}
}

// userHome returns the person's home folder, of which services started without HOME are told by the system; "" where there is none.
// A relative one would be another folder for each project.
func userHome() string {
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		return home
	}
	if u, err := user.Current(); err == nil && filepath.IsAbs(u.HomeDir) {
		return u.HomeDir
	}
	return ""
}

// resolve reads the settings of a command, and lets the printer know its own.
func (a *app) resolve(scopes config.Scope) error {
	cwd, err := os.Getwd()
	if err != nil {
		return sourceError("project-folder", ".", err)
	}
	a.cwd = cwd
	cfg, err := config.Resolve(a.input, scopes, config.System{Lang: a.lang, GOOS: runtime.GOOS, Home: a.home, Cwd: cwd, Getenv: a.proc.Getenv})
	a.cfg = cfg
	a.printer.json, a.quiet, a.verbose = cfg.JSON, cfg.Quiet, cfg.Verbose
	a.warnVariables()
	return err
}
