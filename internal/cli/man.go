package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"backup_projeto/internal/config"
)

// runMan writes the manual page: the help of every command, in roff with the man macros.
func runMan(_ context.Context, a *app, _ []string) error {
	root, h := a.build(commands()), a.text.Help
	m := &manual{}
	m.raw(`.TH BACKUP_PROJETO 1 "" "backup_projeto" ` + quoteRoff(h.Manual))
	m.section(h.Name)
	m.text(Program + " - " + a.text.Commands[""].Short)
	m.section(h.Synopsis)
	for _, s := range []string{a.text.Commands[""].Args, h.CommandArg + " " + h.FlagsArg} {
		m.raw(".B " + roff(Program))
		m.raw(roff(s))
		m.raw(".br")
	}
	m.section(h.Description)
	m.text(a.text.Commands[""].Long)
	for _, g := range groups(h) {
		a.manFlags(m, root, g)
	}
	m.section(h.Commands)
	for _, c := range root.Commands() {
		a.manCommand(m, c)
		for _, sub := range c.Commands() {
			if !sub.Hidden {
				a.manCommand(m, sub)
			}
		}
	}
	a.manEnd(m)
	a.out(m.b.String())
	return nil
}

func (a *app) manFlags(m *manual, c *cobra.Command, g group) {
	started := false
	for i := range config.Settings {
		s := &config.Settings[i]
		if s.Scope&g.scopes == 0 || groupOf(s, c, a.text.Help) != g.title {
			continue
		}
		fl := c.Flags().Lookup(a.lang.Pick(s.Name, s.PT))
		if fl == nil || fl.Hidden {
			continue
		}
		if !started {
			m.section(strings.ToUpper(g.title))
			started = true
		}
		m.item(strings.TrimSpace(a.flagLeft(s, fl)), a.flagRight(s, c))
	}
}

func (a *app) manCommand(m *manual, c *cobra.Command) {
	text := a.text.Commands[pathOf(c)]
	title := strings.TrimSpace(spoken(c)[1:] + " " + text.Args)
	body := text.Long
	if c.Name() == a.lang.Pick("help", "ajuda") {
		title, body = c.Name()+" "+a.text.Help.HelpCommand.Args, a.text.Help.HelpCommand.Long
	}
	if other := a.otherNames(c); other != "" {
		body += " (" + f(a.text.Help.TwinCommand, other) + ")"
	}
	m.item(title, body)
	root := c.Root()
	for i := range config.Settings { // flags that only this command has
		s := &config.Settings[i]
		name := a.lang.Pick(s.Name, s.PT)
		if fl, own := c.Flags().Lookup(name), root.Flags().Lookup(name); fl != nil && !fl.Hidden && (own == nil || own.Hidden) {
			m.raw(".RS")
			m.item(strings.TrimSpace(a.flagLeft(s, fl)), a.flagRight(s, c))
			m.raw(".RE")
		}
	}
}

func (a *app) manEnd(m *manual) {
	h := a.text.Help
	m.section(strings.ToUpper(h.Variables))
	m.text(h.VariablesText)
	m.raw(".PP")
	m.text(h.SecretsText)
	m.section(strings.ToUpper(h.ExitCodes))
	for _, k := range kinds {
		m.item(strconv.Itoa(int(k)), a.text.Kinds[k].Name)
	}
	m.section(h.Files)
	for _, p := range []string{a.dirs.Repository(), a.dirs.Config, a.dirs.Cache} {
		if rest, ok := strings.CutPrefix(p, a.home); ok && a.home != "" {
			p = "~" + rest
		}
		m.raw(".br")
		m.text(p)
	}
	m.section(strings.ToUpper(h.Examples))
	for _, e := range a.text.Commands[""].Examples {
		m.raw(".br")
		m.text(strings.TrimSpace(Program + " " + e))
	}
}

// manual collects a page of roff.
type manual struct{ b strings.Builder }

func (m *manual) raw(line string) { m.b.WriteString(line + "\n") }

func (m *manual) section(title string) { m.raw(".SH " + quoteRoff(title)) }

func (m *manual) text(s string) { m.raw(roff(s)) }

func (m *manual) item(term, text string) {
	m.raw(".TP")
	m.raw(".B " + roff(term))
	m.raw(roff(text))
}

// roff writes text so that no character of it is a command.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "\"", `\(dq`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	var ascii strings.Builder // so that no program has to guess the encoding
	for _, r := range s {
		if r < 0x80 {
			ascii.WriteRune(r)
		} else {
			fmt.Fprintf(&ascii, `\[u%04X]`, r)
		}
	}
	return ascii.String()
}

func quoteRoff(s string) string { return `"` + roff(s) + `"` }
