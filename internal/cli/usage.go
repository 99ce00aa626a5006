package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
)

// mistake makes a usage error of one problem.
func mistake(p config.Problem) error { return config.Problems{p}.Err() }

// flagError turns pflag's error into ours.
func (a *app) flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var noValue *pflag.ValueRequiredError
	var syntax *pflag.InvalidSyntaxError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return mistake(config.Problem{Code: "unknown-letter", Value: firstRune(unknown.GetSpecifiedName()), Subject: spoken(c),
			Near: nearFlag(c, unknown.GetSpecifiedShortnames())})
	case errors.As(err, &unknown) && unknown.GetSpecifiedName() == "sim":
		return mistake(a.neitherYesNorDry(c))
	case errors.As(err, &unknown):
		if others := commandsWith(c.Root(), unknown.GetSpecifiedName()); len(others) > 0 {
			return mistake(config.Problem{Code: "flag-elsewhere", Value: "--" + unknown.GetSpecifiedName(), Subject: spoken(c), List: a.some(others)})
		}
		return mistake(config.Problem{Code: "unknown-flag", Value: "--" + unknown.GetSpecifiedName(), Subject: spoken(c),
			Near: nearFlag(c, unknown.GetSpecifiedName())})
	case errors.As(err, &noValue):
		f := noValue.GetFlag()
		word := "VALUE"
		if v, ok := f.Value.(*flag); ok {
			word = a.text.Flags[v.setting.Name].Value
		}
		return mistake(config.Problem{Code: "flag-value", Value: "--" + f.Name, Other: word})
	case errors.As(err, &syntax):
		return mistake(config.Problem{Code: "flag-syntax", Value: syntax.GetSpecifiedFlag()})
	case errors.As(err, &invalid): // only --help has a value that pflag reads
		return mistake(config.Problem{Code: "value-bool", Subject: "--" + invalid.GetFlag().Name, Value: invalid.GetValue()})
	}
	return &core.Error{Kind: core.Usage, Err: err}
}

// fewNames is how many names a message lists of those that are only some of what there is.
const fewNames = 4

// some shortens a list of names for a message.
func (a *app) some(names []string) []string {
	if len(names) > fewNames {
		return append(slices.Clone(names[:fewNames-1]), a.text.General.Others)
	}
	return names
}

// neitherYesNorDry is the mistake of typing --sim, which a person may mean as either: see doc/adr/0017.
func (a *app) neitherYesNorDry(c *cobra.Command) config.Problem {
	name := func(setting string) string {
		s := config.Find(setting)
		return "--" + a.lang.Pick(s.Name, s.PT)
	}
	p := config.Problem{Code: "flag-sim", Other: name("yes")}
	if c.Flags().Lookup("dry-run") != nil {
		p.Near = name("dry-run")
	}
	return p
}

// otherWords are what other tools call a flag, or what a person would.
var otherWords = map[string]string{
	"target": "to", "destination": "to", "dest": "to", "output": "to", "destino": "para", "alvo": "para", "saida": "para",
	"repo": "repository", "repo-url": "repository", "url": "endpoint", "endpoint-url": "endpoint", "profile": "aws-profile", "perfil": "perfil-aws",
	"force": "overwrite", "replace": "overwrite", "forcar": "sobrescrever", "substituir": "sobrescrever",
	"ignore": "exclude", "ignorar": "excluir", "read-data": "data", "read-data-subset": "data", "verify-data": "data",
	"jobs": "parallel", "threads": "parallel", "workers": "parallel", "language": "lang", "lingua": "idioma", "no-confirm": "yes",
}

func nearFlag(c *cobra.Command, name string) string {
	if len(name) < 2 {
		return ""
	}
	if own := otherWords[name]; own != "" && c.Flags().Lookup(own) != nil {
		return "--" + own
	}
	return config.Near("--"+name, flagNames(c))
}

// checkArgs judges the words that are no flags; it is also where --ajuda is noticed, for cobra knows only --help.
func (a *app) checkArgs(c *cobra.Command, row command, args []string) error {
	if help, err := c.Flags().GetBool("ajuda"); err == nil && help {
		return pflag.ErrHelp
	}
	usage := a.text.Commands[pathOf(c)].Args
	if len(args) > 0 && (len(row.subs) > 0 || row.max == 0) {
		if meant := a.reordered(c, args); meant != "" {
			return mistake(config.Problem{Code: "unknown-command", Value: strings.TrimSpace(spoken(c) + " " + args[0]), Subject: " " + a.localWords("key"), Near: meant})
		}
	}
	switch {
	case len(args) > 0 && len(row.subs) > 0 && slices.Contains(words(c), args[0]): // after --
		return mistake(config.Problem{Code: "extra-argument", Value: args[0], Subject: spoken(c), Other: usage})
	case len(args) > 0 && len(row.subs) > 0:
		return mistake(config.Problem{Code: "unknown-command", Value: args[0], Subject: spoken(c), Near: config.Near(args[0], words(c))})
	case row.max >= 0 && len(args) > row.max:
		return mistake(config.Problem{Code: "extra-argument", Value: args[row.max], Subject: spoken(c), Other: usage})
	case len(args) < row.min:
		return mistake(config.Problem{Code: "missing-argument", Subject: spoken(c), Other: usage})
	}
	return nil
}

// reordered returns the command about keys that was meant where its words were typed in another order, or without "key"; "" where none was.
func (a *app) reordered(c *cobra.Command, args []string) string {
	typed := append(strings.Fields(spoken(c)), args[:min(2, len(args))]...)
	has := func(names ...string) bool {
		return slices.ContainsFunc(typed, func(word string) bool { return slices.Contains(names, strings.ToLower(word)) })
	}
	kind := ""
	for i, l := range locks {
		if has(append(l.pt, l.en)...) {
			kind = a.lockWords()[i]
		}
	}
	row := keyCommands()
	about := kind != "" || has(row.en, row.pt)
	for _, sub := range row.subs {
		verb := slices.Contains([]string{"list", "add", "remove"}, sub.en) && about || sub.en == "revoke" || sub.en == "admit"
		if !verb || !has(sub.en, sub.pt) {
			continue
		}
		meant := a.localWords("key " + sub.en)
		if sub.en == "add" && kind != "" {
			meant += " " + kind
		}
		if " "+meant != spoken(c) {
			return meant
		}
	}
	return ""
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// commandsWith lists the commands that have a flag of that very name.
func commandsWith(root *cobra.Command, name string) (out []string) {
	for _, c := range root.Commands() {
		if c.Flags().Lookup(name) != nil {
			out = append(out, c.Name())
		}
	}
	return out
}
