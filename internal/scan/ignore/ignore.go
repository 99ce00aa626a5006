// Package ignore decides by patterns which entries of a folder are saved, restored or found. It is pure: it reads no file.
//
// Terms: a pattern is one line of gitignore syntax; Rules are the compiled patterns of one .backupignore file; a Matcher judges
// the entries of one folder; a Verdict is what it says of one entry. An entry is chosen when an include pattern, or one of a
// selection, is the reason that it is taken.
//
// Patterns are those of git (gitignore(5)), byte for byte and case-sensitive, and tests compare with git check-ignore. They bind
// in this order:
//
//   - an --include pattern wins over everything. What it chooses is chosen with all that is below, except where a later
//     --include begins with "!" and gives it back to the other rules. A pattern without a slash ("*.env") does not look into
//     excluded folders; one with a slash does, into those folders only that lead to what it names: "build/keep.txt" into build,
//     "**/keep.txt" into every one;
//   - then the last --exclude that matches;
//   - then the .backupignore file of the deepest folder, and in it the last line that matches;
//   - below an excluded folder everything is excluded: as in git, no "!" line brings it back.
//
// One difference is deliberate. In git 2.39 a "**" that follows literal characters ("a**/b", "d/a**") crosses folders, by an accident of
// its prefix comparison; here it is what gitignore(5) says, an ordinary "*".
//
// Promises: a pattern is compiled once; descending into a folder advances the patterns that have a slash by one name, so that no
// path is ever put together, and judging a file allocates nothing. Matching one name takes at most len(name) × len(pattern) steps,
// and Rules have a bounded number of patterns, so that a hostile file cannot stop a walk. A Matcher and Rules are immutable.
package ignore

import "backup_projeto/internal/core"

// FileName is the name of the files whose lines exclude what is beside and below them.
const FileName = ".backupignore"

// Verdict is what the patterns say of an entry.
type Verdict uint8

// The verdicts.
const (
	// Save: nothing excludes it.
	Save Verdict = iota
	// Chosen: a pattern asks for it, or for a folder above it. Whatever else would leave it out, size or kind, does not.
	Chosen
	// Skip: it is excluded, and so is all that is below it.
	Skip
	// Enter: the folder is excluded, or not selected, but something below it may be chosen. It is walked, and belongs to the
	// result only as far as something in it does.
	Enter
)

// Matcher judges the entries of one folder. It may be used by several goroutines at once.
type Matcher struct {
	include layer   // what chooses; no rules where nothing does
	files   []layer // .backupignore files, of this folder last
	flags   layer   // --exclude patterns
	rest    *Matcher

	chosen   bool   // the folder is chosen
	excluded bool   // the folder is excluded, disregarding include
	rule     string // by this
	// selection: the Matcher is a selection's, where patterns without a slash choose in every folder.
	selection bool
}

// New returns the Matcher of the folder that a walk begins in. The patterns are those of --exclude and --include, each taken whole:
// "#" begins no comment, and spaces stay. An error is of kind Usage and names a pattern that can never match anything.
func New(exclude, include []string) (*Matcher, error) {
	flags, err := compileFlags(exclude, false)
	if err != nil {
		return nil, err
	}
	chosen, err := compileFlags(include, true)
	if err != nil {
		return nil, err
	}
	m := &Matcher{include: startLayer(chosen), flags: startLayer(flags)}
	m.settle()
	return m, nil
}

// Select returns the Matcher that chooses entries by patterns, for a restore or a search: its verdicts are Chosen, Skip and Enter. A
// folder that matches is chosen with all that is below, and a pattern without a slash is looked for in every folder. Without patterns, and
// where each begins with "!", everything else is chosen. Errors are those of New.
func Select(patterns []string) (*Matcher, error) {
	rules, err := compileFlags(patterns, true)
	if err != nil {
		return nil, err
	}
	m := &Matcher{include: startLayer(rules), excluded: true, selection: true, chosen: rules == nil || !rules.positive}
	m.settle()
	return m, nil
}

func compileFlags(patterns []string, keepSlash bool) (*Rules, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	b := builder{keepSlash: keepSlash}
	for _, text := range patterns {
		if err := b.add(text); err != nil {
			return nil, &core.Error{Kind: core.Usage, Code: "bad-pattern", Subject: text, Err: err}
		}
	}
	return b.rules(), nil
}

// settle prepares the Matcher that folders below share, as long as no pattern with a slash is under way there.
func (m *Matcher) settle() {
	if m.chosen || m.excluded {
		return
	}
	rest := &Matcher{include: m.include.without(), flags: m.flags.without()}
	for _, l := range m.files {
		if l = l.without(); l.rules != nil {
			rest.files = append(rest.files, l)
		}
	}
	rest.rest = rest
	m.rest = rest
}

// With adds the rules of a .backupignore file that stands in the Matcher's folder; nil adds nothing.
func (m *Matcher) With(r *Rules) *Matcher {
	if r == nil || len(r.texts) == 0 || m.excluded {
		return m
	}
	out := &Matcher{include: m.include, flags: m.flags, chosen: m.chosen}
	out.files = append(append(make([]layer, 0, len(m.files)+1), m.files...), startLayer(r))
	out.settle()
	return out
}

// ReadsRules reports whether a .backupignore file in the folder has a say: not below an excluded folder.
func (m *Matcher) ReadsRules() bool { return !m.excluded }

// Exclude returns the Matcher of the same folder once something other than a pattern has excluded it, named by rule; nil where nothing
// below can be chosen, so that the folder is left out whole. A chosen folder stays what it is.
func (m *Matcher) Exclude(rule string) *Matcher {
	if m.chosen {
		return m
	}
	if !m.leads(m.include.live) {
		return nil
	}
	return &Matcher{include: m.include, excluded: true, rule: rule, selection: m.selection}
}

// File judges an entry that is no folder: a symbolic link is none, wherever it leads. With Skip it returns the pattern that excluded the
// entry or the folder above it, as written, and with Chosen the one that chose the entry itself, "" where a folder above was chosen.
func (m *Matcher) File(name string) (Verdict, string) {
	chosen, why := m.chooses(name, false)
	if chosen {
		return Chosen, why
	}
	if excluded, rule := m.excludes(name, false); excluded {
		return Skip, rule
	}
	return Save, ""
}

// Dir judges a folder as File does, and returns the Matcher of what is in it, nil with Skip. With Enter the rule is the one that its
// excluded entries will give, so that a caller who counts those need not count the folder.
func (m *Matcher) Dir(name string) (*Matcher, Verdict, string) {
	chosen, why := m.chooses(name, true)
	excluded, rule := m.excludes(name, true)
	include := m.include.step(name)
	switch {
	case chosen && (m.include.rules == nil || !m.include.rules.negatives): // and so is all that is below
		if !m.chosen || !m.excluded {
			m = &Matcher{chosen: true, excluded: true}
		}
		return m, Chosen, why
	case chosen:
		return m.below(name, include, true, excluded, rule), Chosen, why
	case !excluded:
		return m.below(name, include, false, false, ""), Save, ""
	case m.leads(include):
		return m.below(name, include, false, true, rule), Enter, rule
	}
	return nil, Skip, rule
}

// chooses reports whether include chooses an entry, and by which pattern if not by a folder above.
func (m *Matcher) chooses(name string, isDir bool) (bool, string) {
	if m.include.rules == nil {
		return m.chosen, ""
	}
	anywhere := m.chosen || m.selection || !m.excluded
	hit := m.include.find(name, isDir, anywhere)
	switch {
	case hit < 0:
		return m.chosen, ""
	case m.include.rules.negated(hit):
		return false, ""
	}
	return true, m.include.rules.texts[hit]
}

// excludes reports whether an entry is excluded, disregarding include, and by which pattern.
func (m *Matcher) excludes(name string, isDir bool) (bool, string) {
	if m.excluded {
		return true, m.rule
	}
	l := &m.flags
	hit := l.find(name, isDir, true)
	for i := len(m.files) - 1; i >= 0 && hit < 0; i-- {
		l = &m.files[i]
		hit = l.find(name, isDir, true)
	}
	if hit < 0 || l.rules.negated(hit) {
		return false, ""
	}
	return true, l.rules.texts[hit]
}

// leads reports whether something below an excluded folder may be chosen by the patterns under way there.
func (m *Matcher) leads(include []live) bool {
	if r := m.include.rules; m.selection && r != nil && r.positiveNames {
		return true
	}
	for _, l := range include {
		if !m.include.rules.negated(l.path.order) {
			return true
		}
	}
	return false
}

// below returns the Matcher of a folder in this one; the same, or a shared one, where that will do.
func (m *Matcher) below(name string, include []live, chosen, excluded bool, rule string) *Matcher {
	if m.rest == m && !chosen && !excluded {
		return m
	}
	if chosen == m.chosen && excluded == m.excluded && rule == m.rule && sameLive(include, m.include.live) && m.stays(name) {
		return m
	}
	out := &Matcher{include: layer{m.include.rules, include}, chosen: chosen, excluded: excluded, rule: rule, selection: m.selection}
	idle := len(include) == 0 && !chosen && !excluded
	if !excluded { // else no file and no flag has a say
		out.flags = m.flags.below(name)
		idle = idle && len(out.flags.live) == 0
		for _, l := range m.files {
			if l = l.below(name); l.rules != nil {
				out.files = append(out.files, l)
			}
			idle = idle && len(l.live) == 0
		}
	}
	if idle && m.rest != nil {
		return m.rest
	}
	out.settle()
	return out
}

// stays reports whether the patterns that exclude stand in a folder of this one as they do here.
func (m *Matcher) stays(name string) bool {
	if !sameLive(m.flags.step(name), m.flags.live) {
		return false
	}
	for i := range m.files {
		if l := &m.files[i]; !sameLive(l.step(name), l.live) {
			return false
		}
	}
	return true
}
