package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backup_projeto/internal/config"
	"backup_projeto/internal/i18n"
)

// command is one row of the tree.
type command struct {
	en, pt   string   // its name in each language
	more     []string // other names
	scopes   config.Scope
	hidden   config.Scope // of settings that work here too, and that its help leaves to another command's
	min, max int          // how many arguments; max < 0 means any number
	run      func(ctx context.Context, a *app, args []string) error
	complete func(a *app, args []string) ([]string, cobra.ShellCompDirective)
	subs     []command
	alias    bool // of a command that help, manual and completion show instead
}

// pathOf returns the English words that lead to a command, "" for the program: its key in the catalog.
func pathOf(c *cobra.Command) string { return c.Annotations["path"] }

// build makes cobra's tree in the app's language. The other language's names work too, but are not offered.
func (a *app) build(row command) *cobra.Command {
	root := a.node(row, "")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(a.proc.Stdout)
	root.SetErr(a.proc.Stderr)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { a.help(c) })
	root.SetUsageFunc(func(c *cobra.Command) error { a.help(c); return nil })
	root.SetFlagErrorFunc(a.flagError)
	root.SetGlobalNormalizationFunc(plainName)
	root.SetHelpCommand(a.helpCommand())
	return root
}

func (a *app) node(row command, key string) *cobra.Command {
	text := a.text.Commands[key]
	c := &cobra.Command{
		Use: a.lang.Pick(row.en, row.pt), Short: text.Short, Hidden: row.alias, Annotations: map[string]string{"path": key, "twin": strings.Join(row.twins(a.lang), "")},
		Aliases: append(row.twins(a.lang), row.more...), SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
		Args: func(c *cobra.Command, args []string) error { return a.checkArgs(c, row, args) },
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.resolve(row.scopes | row.hidden); err != nil {
				return err
			}
			return row.run(c.Context(), a, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if row.complete == nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return row.complete(a, args)
		},
	}
	a.addFlags(c, row.scopes, row.hidden)
	for _, sub := range row.subs {
		c.AddCommand(a.node(sub, strings.TrimSpace(key+" "+sub.en)))
	}
	return c
}

// twins returns the name in the other language, if it differs.
func (row command) twins(l i18n.Lang) []string {
	if row.pt == "" || row.pt == row.en {
		return nil
	}
	return []string{l.Pick(row.pt, row.en)}
}

// words returns every name that leads to a command below c, those of the language first.
func words(c *cobra.Command) []string {
	var first, rest []string
	for _, sub := range c.Commands() {
		first, rest = append(first, sub.Name()), append(rest, sub.Aliases...)
	}
	return slices.Concat(first, rest)
}

// spoken returns the words to type for a command, with a space in front of each, "" for the program.
func spoken(c *cobra.Command) string {
	_, words, ok := strings.Cut(c.CommandPath(), " ")
	if !ok {
		return ""
	}
	return " " + words
}

// localWords returns the words to type for a command, from its English ones: "key recovery" is "chave recuperacao".
func (a *app) localWords(words string) string {
	var out []string
	row := commands()
	for word := range strings.FieldsSeq(words) {
		i := slices.IndexFunc(row.subs, func(sub command) bool { return sub.en == word })
		row = row.subs[i]
		out = append(out, a.lang.Pick(row.en, row.pt))
	}
	return strings.Join(out, " ")
}
