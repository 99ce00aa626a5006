package cli

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"backup_projeto/internal/backup"
	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
	"backup_projeto/internal/i18n"
	"backup_projeto/internal/pack"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/report"
	"backup_projeto/internal/restore"
	"backup_projeto/internal/scan/project"
	"backup_projeto/internal/snapshot"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/strategy"
	"backup_projeto/internal/verify"
)

// openStore opens the place of the settings; what it is asked for is counted.
func (a *app) openStore(ctx context.Context) (storage.Store, error) {
	for _, dir := range []string{a.dirs.Config, a.dirs.Data, a.dirs.Cache} {
		if !filepath.IsAbs(dir) { // keys and repository would be made in the project itself
			return nil, errKind(core.Usage, "no-home", "")
		}
	}
	return strategy.Open(ctx, a.cfg.Place)
}

// repoOptions say where a repository's local caches are.
func (a *app) repoOptions() repo.Options {
	level, _ := pack.ParseLevel(a.cfg.Compression) // a command without the setting has no name, and takes auto
	return repo.Options{Cache: a.dirs.Cache, Workers: a.cfg.Parallel, Level: level}
}

// memory is the folder where it is kept which folder of this machine is which project. It cannot be made again, so it is no cache.
func (a *app) memory() string { return filepath.Join(a.dirs.Data, "projects") }

// identify says which project a folder is, as far as this machine knows.
func (a *app) identify(dir string) (project.Found, error) { return project.Identify(dir, a.memory()) }

// recognize is identify with what the repository's snapshots tell of a clone that was never saved from here.
func (a *app) recognize(dir string, h history) (project.Found, error) {
	found, err := a.identify(dir)
	if err == nil && found.How == project.ByGit {
		found = project.Recognize(found, a.memory(), h)
	}
	return found, err
}

// remember lets a folder stay a project. That it cannot is told: a moved folder would begin a new history.
func (a *app) remember(dir string, p snapshot.Project) {
	if err := project.Remember(dir, a.memory(), p); err != nil {
		a.warn(a.reason(err))
	}
}

// backupOptions are those of a backup of a folder, with the settings that a safety snapshot needs too.
func (s *session) backupOptions(root string, p snapshot.Project) backup.Options {
	return backup.Options{Root: root, Project: p, Host: hostname(), Version: Version(), Parallel: s.cfg.Parallel, Estimate: s.tty && !s.quiet,
		SkipPaths: append(s.repositoryFolder(), s.dirs.Cache)}
}

// repositoryFolder is the folder that the repository is in, if it is on this machine.
func (s *session) repositoryFolder() []string {
	if l, ok := storage.As[storage.LocalPather](s.store); ok {
		return []string{l.LocalPath()}
	}
	return nil
}

// gcPercent is how much the heap of a backup may grow before it is collected. Nearly all of it is packs being filled, which hold no
// pointers: of 1.7 GB in 110,000 files, 8 takes a peak of 115 MB, 5 of 112 MB and 10 of 119 MB; 5 takes 2 % more CPU time than 8, and 8 no
// more than 10. Go's own 100 took a third more memory (measured with GOGC=… /usr/bin/time -v).
const gcPercent = 8

func (s *session) backup(ctx context.Context, o backup.Options, rep report.Reporter) (*backup.Result, error) {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	return backup.Run(ctx, s.repo, o, rep)
}

func (s *session) restore(ctx context.Context, m *snapshot.Manifest, o restore.Options, rep report.Reporter) (*restore.Result, error) {
	return restore.Run(ctx, s.repo, m, o, rep)
}

func (s *session) verify(ctx context.Context, o verify.Options, rep report.Reporter) (*verify.Result, error) {
	return verify.Run(ctx, s.repo, o, rep)
}

// loadIndex makes chunks readable. A damaged index object is told, and the command goes on with the rest.
func (s *session) loadIndex(ctx context.Context) error {
	damaged, err := s.repo.LoadIndex(ctx)
	s.warnDamaged(damaged)
	return err
}

// warnDamaged tells of objects that a command has to do without. Those that count for nothing, since their device was revoked, are no damage, and
// only the commands that see to them tell of them: see warnDisowned.
func (s *session) warnDamaged(damaged []repo.Damaged) {
	for _, d := range damaged {
		if repo.IsDisowned(d.Err) {
			s.disowned = append(s.disowned, d.Object)
			continue
		}
		s.hurt = s.hurt || !repo.IsVoid(d.Err) && !repo.IsUnknown(d.Err)
		if by := repo.SignedBy(d.Err); repo.IsUnknown(d.Err) && !slices.Contains(s.keyless, by) {
			s.keyless = append(s.keyless, by)
		}
		s.warn(f(s.text.Verify.Object, d.Object, s.reason(d.Err)))
	}
}

// warnIssues tells of objects with which something is wrong that does not end a command, in the words of line. Those that count for nothing, since
// their device was revoked, it only notes.
func (s *session) warnIssues(issues []report.Issue, line string) {
	for _, i := range issues {
		if repo.IsDisowned(i.Err) {
			s.disowned = append(s.disowned, i.Path)
			continue
		}
		s.warn(f(line, term.Escape(i.Path), s.reason(i.Err)))
	}
}

// warnDisowned tells in one line of what counts for nothing, since its device was revoked before it was saved.
func (s *session) warnDisowned(things i18n.Plural) {
	slices.Sort(s.disowned)
	if n := len(slices.Compact(s.disowned)); n > 0 {
		s.warn(f(s.lang.Count(things, int64(n)), s.typeThis("prune")))
	}
}

// whole is the end of a command that tells of everything there is: it did not, if some of it is damaged.
func (s *session) whole() error {
	if len(s.keyless) > 0 && !s.hurt {
		return s.keyMissing(s.keyless)
	}
	for _, id := range s.keyless {
		s.tell(s.admit(id))
	}
	if s.hurt {
		return errKind(core.Damage, "damage-found", "")
	}
	return nil
}

// keyMissing is the end of a command that found no damage but that the keys of devices are missing. Its hint is for the first.
func (s *session) keyMissing(devices []core.UUID) error {
	for _, id := range devices[1:] {
		s.tell(s.admit(id))
	}
	return &core.Error{Kind: core.Damage, Code: "key-missing", Err: &moreValues{value: devices[0].String()[:8]}}
}

// admit says how what a device saved counts again of which there is no key.
func (s *session) admit(id core.UUID) string {
	return f(s.text.Keys.Admit, Program+" "+s.localWords("key admit")+" "+id.String()[:8]+s.cfg.Place.Flags)
}

// damaged is the end of a command that has told of damage.
func (s *session) damaged(found []verify.Damaged, code core.Code) error {
	var devices []core.UUID
	for _, d := range found {
		if repo.IsUnknown(d.Err) {
			devices = append(devices, repo.SignedBy(d.Err))
		}
	}
	if len(devices) == len(found) {
		return s.keyMissing(devices)
	}
	all := func(is func(verify.Damaged) bool) bool {
		return !slices.ContainsFunc(found, func(d verify.Damaged) bool { return !is(d) })
	}
	switch {
	case all(func(d verify.Damaged) bool { return core.CodeOf(d.Err) == "parity-damaged" }): // which repair leaves to another command
		code = "parity-damaged"
	case code == "damage-found" && all(func(d verify.Damaged) bool { return strings.HasPrefix(d.Object, "snapshots/") }):
		code = "damage-snapshots"
	}
	return errKind(core.Damage, code, "")
}

// hostname is this machine's name, for people.
func hostname() string {
	if name, err := os.Hostname(); err == nil && name != "" {
		return name
	}
	return "unknown"
}

// errKind makes an error of a kind whose text needs nothing more.
func errKind(kind core.Kind, code core.Code, subject string) error {
	return &core.Error{Kind: kind, Code: code, Subject: subject}
}
