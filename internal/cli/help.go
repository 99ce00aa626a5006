package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/i18n"
)

// kinds lists the exit codes in the order of the table.
var kinds = []core.Kind{core.Success, core.Failure, core.Usage, core.Partial, core.NoRepository, core.WrongKey, core.Damage, core.Source,
	core.Destination, core.Interrupted}

// group is one block of flags in the help.
type group struct {
	title  string
	scopes config.Scope
}

func groups(h i18n.Help) []group {
	return []group{
		{h.GroupWhere, config.Where | config.Past},
		{h.GroupShow, config.Which | config.Listing},
		{h.GroupSave, config.Saving},
		{h.GroupRestore, config.Switch | config.Picking | config.Writing | config.Selecting},
		{h.GroupVerify, config.Proving},
		{h.GroupRetain, config.Retaining},
		{h.GroupPrune, config.Pruning},
		{h.GroupParity, config.Sparing},
		{h.GroupRepair, config.Repairing},
		{h.GroupKeys, config.Slots},
		{h.GroupOutput, config.Output | config.Trying | config.Working | config.Versions},
	}
}

// help writes a command's help to standard output.
func (a *app) help(c *cobra.Command) {
	h, key := a.text.Help, pathOf(c)
	text := a.text.Commands[key]
	if c.Name() == a.lang.Pick("help", "ajuda") && key == "" && c.HasParent() {
		text = h.HelpCommand
	}
	columns := min(max(a.columns(), 40), 110)
	var b strings.Builder
	paragraph(&b, text.Long, "", columns)
	b.WriteString("\n" + h.Usage + "\n")
	b.WriteString("  " + strings.TrimSpace(Program+spoken(c)+" "+text.Args) + "\n")
	if c.HasAvailableSubCommands() && !c.HasParent() {
		b.WriteString("  " + Program + " " + h.CommandArg + " " + h.FlagsArg + "\n")
	}
	if other := a.otherNames(c); other != "" {
		b.WriteString("  (" + f(h.TwinCommand, other) + ")\n")
	}
	a.helpCommands(&b, c, columns)
	for _, g := range groups(h) {
		a.helpFlags(&b, c, g, columns)
	}
	if len(text.Examples) > 0 {
		b.WriteString("\n" + h.Examples + "\n")
		for _, e := range text.Examples {
			b.WriteString("  " + strings.TrimSpace(Program+" "+e) + "\n")
		}
	}
	if !c.HasParent() {
		a.helpEnd(&b, columns)
	}
	a.out(b.String())
}

// otherNames returns how a command is called in the other language, "" where that is the same.
func (a *app) otherNames(c *cobra.Command) string {
	var words []string
	differs := false
	for p := c; p.HasParent(); p = p.Parent() {
		word := p.Name()
		if twin := p.Annotations["twin"]; twin != "" {
			word, differs = twin, true
		}
		words = append([]string{word}, words...)
	}
	if !differs {
		return ""
	}
	return strings.Join(words, " ")
}

func (a *app) helpCommands(b *strings.Builder, c *cobra.Command, columns int) {
	if !c.HasAvailableSubCommands() {
		return
	}
	b.WriteString("\n" + a.text.Help.Commands + "\n")
	wide := 0
	shown := slices.DeleteFunc(slices.Clone(c.Commands()), func(sub *cobra.Command) bool { return sub.Hidden })
	for _, sub := range shown {
		wide = max(wide, term.Width(sub.Name()))
	}
	for _, sub := range shown {
		entry(b, sub.Name(), sub.Short, wide, columns)
	}
	if !c.HasParent() {
		paragraph(b, f(a.text.Help.More, strings.TrimSpace(Program+" "+a.text.Help.CommandArg+" "+a.helpFlagName())), "  ", columns)
	}
}

func (a *app) helpFlagName() string { return a.lang.Pick("--help", "--ajuda") }

// helpFlags writes the flags of one group that a command has.
func (a *app) helpFlags(b *strings.Builder, c *cobra.Command, g group, columns int) {
	type line struct{ left, right string }
	var lines []line
	for i := range config.Settings {
		s := &config.Settings[i]
		fl := c.Flags().Lookup(a.lang.Pick(s.Name, s.PT))
		if s.Scope&g.scopes == 0 || fl == nil || fl.Hidden || groupOf(s, c, a.text.Help) != g.title {
			continue
		}
		lines = append(lines, line{a.flagLeft(s, fl), a.flagRight(s, c)})
	}
	if g.scopes&config.Output != 0 {
		lines = append(lines, line{"-h, " + a.helpFlagName(), a.text.Help.HelpFlag + " (" + f(a.text.Help.Twin, a.lang.Pick("--ajuda", "--help")) + ")"})
	}
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n" + g.title + "\n")
	wide := 0
	for _, l := range lines {
		wide = max(wide, term.Width(l.left))
	}
	for _, l := range lines {
		entry(b, l.left, l.right, min(wide, 30), columns)
	}
}

// groupOf says in which block a setting of several scopes stands.
func groupOf(s *config.Setting, c *cobra.Command, h i18n.Help) string {
	saves := c.Flags().Lookup("exclude") != nil
	for _, g := range groups(h) {
		if s.Scope&g.scopes != 0 && (s.Scope&config.Selecting == 0 || saves == (g.scopes&config.Saving != 0)) {
			return g.title
		}
	}
	return ""
}

func (a *app) flagLeft(s *config.Setting, fl *pflag.Flag) string {
	left := "    --" + fl.Name
	if fl.Shorthand != "" {
		left = "-" + fl.Shorthand + ", --" + fl.Name
	}
	if v := a.text.Flags[s.Name].Value; v != "" {
		left += "=" + v
	}
	return left
}

// flagRight is what a flag does, its default, and its twin.
func (a *app) flagRight(s *config.Setting, c *cobra.Command) string {
	h, text := a.text.Help, a.text.Flags[s.Name]
	notes := []string{f(h.Default, a.defaultOf(s, c))}
	if s.PT != "" {
		notes = append(notes, f(h.Twin, "--"+a.lang.Pick(s.PT, s.Name)))
	}
	return text.Help + " (" + strings.Join(notes, "; ") + ")"
}

func (a *app) defaultOf(s *config.Setting, c *cobra.Command) string {
	switch text := a.text.Flags[s.Name]; {
	case s.Name == "snapshot" && pathOf(c) == "find":
		return a.text.Help.EverySnapshot
	case text.Default != "":
		return text.Default
	case slices.Contains(s.Values, s.Default):
		return s.Choices(a.lang)[slices.Index(s.Values, s.Default)]
	case s.Default != "":
		return s.Default
	case s.Kind == config.Bool:
		return a.text.General.No
	}
	return a.text.Help.NoDefault
}

// helpEnd is the end of the program's own help: variables and exit codes.
func (a *app) helpEnd(b *strings.Builder, columns int) {
	h := a.text.Help
	b.WriteString("\n" + h.Variables + "\n")
	paragraph(b, h.VariablesText, "  ", columns)
	paragraph(b, h.SecretsText, "  ", columns)
	b.WriteString("\n" + h.ExitCodes + "\n")
	for _, k := range kinds {
		entry(b, term.PadLeft(strconv.Itoa(int(k)), 3), a.text.Kinds[k].Name, 3, columns)
	}
}

// entry writes a name and its text beside it, wrapped.
func entry(b *strings.Builder, left, right string, wide, columns int) {
	indent := strings.Repeat(" ", wide+4)
	lines := term.Wrap(right, max(20, columns-wide-4))
	if term.Width(left) > wide {
		b.WriteString("  " + left + "\n" + indent)
	} else {
		b.WriteString("  " + term.Pad(left, wide) + "  ")
	}
	b.WriteString(strings.Join(lines, "\n"+indent) + "\n")
}

func paragraph(b *strings.Builder, text, indent string, columns int) {
	b.WriteString(indent + strings.Join(term.Wrap(text, columns-len(indent)), "\n"+indent) + "\n")
}

func (a *app) columns() int {
	if term.IsTerminal(a.proc.Stdout) {
		return term.Columns(a.proc.Stdout)
	}
	return 80
}

// helpCommand is "help [COMMAND]".
func (a *app) helpCommand() *cobra.Command {
	text := a.text.Help.HelpCommand
	c := &cobra.Command{
		Use: a.lang.Pick("help", "ajuda"), Aliases: []string{a.lang.Pick("ajuda", "help")}, Short: text.Short, SilenceErrors: true, SilenceUsage: true,
		Annotations: map[string]string{"twin": a.lang.Pick("ajuda", "help")}, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			target, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return a.checkArgs(target, command{subs: make([]command, 1)}, rest)
			}
			a.help(target)
			return nil
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if target, rest, err := c.Root().Find(args); err == nil && len(rest) == 0 {
				for _, sub := range target.Commands() {
					if sub.Hidden {
						continue
					}
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.SetContext(context.Background())
	a.addHelpFlag(c)
	return c
}

// wrapped breaks a longer text into lines for standard error.
func (a *app) wrapped(text string) string {
	columns := 80
	if a.tty {
		columns = term.Columns(a.proc.Stderr)
	}
	return strings.Join(term.Wrap(text, min(columns, 100)), "\n")
}
