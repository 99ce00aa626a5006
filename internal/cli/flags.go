package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backup_projeto/internal/config"
	"backup_projeto/internal/i18n"
)

// flag is one name of a setting on the command line. It keeps text only: config reads the values, so that all that is wrong is
// told at once.
type flag struct {
	input   *config.Input
	setting *config.Setting
	name    string
	last    string
}

// String returns the last value given.
func (f *flag) String() string { return f.last }

// Set records a value.
func (f *flag) Set(s string) error {
	f.last = s
	f.input.Add(f.setting.Name, f.name, s)
	return nil
}

// Type tells completion that a list may be repeated.
func (f *flag) Type() string {
	if f.setting.Kind == config.List {
		return "stringArray"
	}
	return "string"
}

// addFlags gives a command the flags of its scopes: those of the language for all to see, and their twins, hidden. A value of
// either goes to the same setting. Those of scopes that are rarely meant here, such as what to keep when a backup retains, are hidden too.
func (a *app) addFlags(c *cobra.Command, scopes, hidden config.Scope) {
	for i := range config.Settings {
		s := &config.Settings[i]
		if s.Scope&(scopes|hidden) == 0 {
			continue
		}
		shown := a.lang.Pick(s.Name, s.PT)
		for _, name := range s.Names() {
			f := &pflag.Flag{Name: name, Usage: a.text.Flags[s.Name].Help, Value: &flag{a.input, s, name, ""}, Hidden: name != shown || s.Scope&scopes == 0}
			switch s.Kind {
			case config.Bool:
				f.NoOptDefVal = "true"
			case config.Portion:
				f.NoOptDefVal = "100%"
			}
			if name == shown {
				f.Shorthand = s.Short
			}
			c.Flags().AddFlag(f)
			_ = c.RegisterFlagCompletionFunc(name, a.completeValue(s)) // fails only for a flag that is not there
		}
	}
	a.addHelpFlag(c)
}

// addHelpFlag makes --help, and --ajuda where that is the word.
func (a *app) addHelpFlag(c *cobra.Command) {
	c.Flags().BoolP("help", "h", false, a.text.Help.HelpFlag)
	c.Flags().Bool("ajuda", false, a.text.Help.HelpFlag)
	hide := "ajuda"
	if a.lang == i18n.Portuguese {
		hide = "help"
	}
	c.Flags().Lookup(hide).Hidden = true
}

// completeValue offers what a flag's value can be.
func (a *app) completeValue(s *config.Setting) cobra.CompletionFunc {
	switch {
	case s.Values != nil:
		return cobra.FixedCompletions(s.Choices(a.lang), cobra.ShellCompDirectiveNoFileComp)
	case s.Kind == config.Folder:
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case s.Name == "repository":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.NoFileCompletions
}

// plainName lets a flag be typed with its accents, --região for --regiao.
func plainName(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	return pflag.NormalizedName(accents.Replace(name))
}

var accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o",
	"ú", "u", "ç", "c")

// flagNames returns the flags of a command with their dashes, those of the language first.
func flagNames(c *cobra.Command) []string {
	var first, rest []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			rest = append(rest, "--"+f.Name)
		} else {
			first = append(first, "--"+f.Name)
		}
	})
	return slices.Concat(first, rest)
}
