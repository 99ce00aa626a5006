package cli

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/i18n"
)

// run runs the program in this process, without a terminal.
func run(t *testing.T, lang string, args ...string) (stdout, stderr string, code core.Kind) {
	t.Helper()
	var out, errs bytes.Buffer
	env := map[string]string{"LANG": lang, "HOME": t.TempDir(), "BACKUP_PROJETO_KEYRING": "off"}
	p := Process{Args: args, Stdout: &out, Stderr: &errs, Getenv: func(name string) string { return env[name] }}
	code = Run(context.Background(), p)
	return out.String(), errs.String(), code
}

// english finds words that no Portuguese sentence has.
var english = regexp.MustCompile(`(?i)\b(the|of|and|with|this|that|is|are|not|there|cannot|use|usage|available|command|commands|flags?|files?|default|show|see|help|requires|accepts|unknown|error|hint)\b`)

// quoted are the parts of a Portuguese text that are rightly not Portuguese: flags, variables, addresses, other names.
var quoted = regexp.MustCompile(`--[a-z0-9-]+(=\S+)?|\(em inglês: [a-z ]+\)|AWS_[A-Z_]+|BACKUP_PROJETO_[A-Z_]+|\.[a-z]+|\\fB.*?\\fR`)

func mixed(text string) string {
	return english.FindString(quoted.ReplaceAllString(text, ""))
}

// everyCommand calls fn for each command, hidden ones of cobra left out.
func everyCommand(lang i18n.Lang, fn func(words []string, c *cobra.Command)) {
	a := newApp(Process{Getenv: func(name string) string { return map[string]string{"LANG": lang.Pick("en", "pt_BR")}[name] }})
	var walk func(c *cobra.Command, words []string)
	walk = func(c *cobra.Command, words []string) {
		fn(words, c)
		for _, sub := range c.Commands() {
			walk(sub, append(words[:len(words):len(words)], sub.Name()))
		}
	}
	walk(a.build(commands()), nil)
}

func TestHelpIsInOneLanguage(t *testing.T) {
	everyCommand(i18n.Portuguese, func(words []string, _ *cobra.Command) {
		for _, help := range []string{"--ajuda", "--help", "-h"} {
			out, errs, code := run(t, "pt_BR.UTF-8", append(words, help)...)
			if code != 0 || errs != "" || !strings.Contains(out, "Uso\n") {
				t.Errorf("%v %s: exit %d, %q", words, help, code, errs)
			}
			if word := mixed(out); word != "" {
				t.Errorf("%v %s says %q", words, help, word)
			}
		}
		if out, _, _ := run(t, "pt_BR.UTF-8", append([]string{"ajuda"}, words...)...); !strings.Contains(out, "Uso\n") {
			t.Errorf("ajuda %v: %q", words, out)
		}
	})
	everyCommand(i18n.English, func(words []string, _ *cobra.Command) {
		out, _, code := run(t, "en_US.UTF-8", append(words, "--help")...)
		if code != 0 || !strings.Contains(out, "Usage\n") || strings.ContainsAny(strings.ReplaceAll(out, "ção", ""), "ãõéíóç") {
			t.Errorf("%v: exit %d\n%s", words, code, out)
		}
	})
}

// TestHelpSaysDefaultAndTwin reads the help of every flag.
func TestHelpSaysDefaultAndTwin(t *testing.T) {
	for _, l := range i18n.Langs() {
		everyCommand(l, func(words []string, c *cobra.Command) {
			out, _, _ := run(t, l.Pick("en", "pt_BR"), append(words, "--help")...)
			flat := strings.Join(strings.Fields(out), " ")
			for i := range config.Settings {
				s := &config.Settings[i]
				name, twin := l.Pick(s.Name, s.PT), l.Pick(s.PT, s.Name)
				if fl := c.Flags().Lookup(name); fl == nil || fl.Hidden { // or another command's help says it
					continue
				}
				text := i18n.For(l).Flags[s.Name]
				left := " --" + name
				if text.Value != "" {
					left += "=" + text.Value
				}
				_, rest, ok := strings.Cut(flat, left+" "+text.Help+" ("+l.Pick("default: ", "padrão: "))
				notes, _, _ := strings.Cut(rest, ")")
				if !ok || notes == "" || s.PT != "" && !strings.Contains(notes, "--"+twin) {
					t.Errorf("%v %v: --%s has no default or no twin", l, words, name)
				}
			}
		})
	}
}

func TestManual(t *testing.T) {
	for _, l := range i18n.Langs() {
		out, errs, code := run(t, l.Pick("en", "pt_BR"), "man")
		if code != 0 || errs != "" || !strings.HasPrefix(out, `.TH BACKUP_PROJETO 1`) {
			t.Fatalf("exit %d, %q, %.40q", code, errs, out)
		}
		for _, k := range kinds {
			if !strings.Contains(out, roff(i18n.For(l).Kinds[k].Name)) {
				t.Errorf("%v: exit code %d is not in the manual", l, k)
			}
		}
		everyCommand(l, func(words []string, c *cobra.Command) {
			if c.Hidden || c.HasParent() && c.Parent().Hidden {
				return
			}
			if !strings.Contains(out, roff(strings.Join(words, " "))) {
				t.Errorf("%v: %v is not in the manual", l, words)
			}
		})
	}
	pt, _, _ := run(t, "pt_BR", "man")
	if word := mixed(unroff(pt)); word != "" {
		t.Errorf("the Portuguese manual says %q", word)
	}
}

// unroff reads what roff wrote.
func unroff(page string) string {
	page = strings.ReplaceAll(page, `\-`, "-")
	return regexp.MustCompile(`\\\[u([0-9A-F]+)\]`).ReplaceAllStringFunc(page, func(s string) string {
		n, err := strconv.ParseInt(s[3:len(s)-1], 16, 32)
		if err != nil {
			return s
		}
		return string(rune(n))
	})
}

func TestCompletion(t *testing.T) {
	for _, shell := range shells {
		out, errs, code := run(t, "pt_BR", "completion", shell)
		if code != 0 || errs != "" || !strings.Contains(out, Program) {
			t.Errorf("%s: exit %d, %q", shell, code, errs)
		}
	}
	for want, args := range map[string][]string{
		"restaurar\t":  {"re"},
		"--estrategia": {"--est"},
		"local\n":      {"--estrategia", ""},
		"recuperacao":  {"chave", "adicionar", ""},
		"powershell":   {"completion", "p"},
		"verificar":    {"ajuda", "ver"},
	} {
		out, _, _ := run(t, "pt_BR", append([]string{"__complete"}, args...)...)
		if !strings.Contains(out, want) {
			t.Errorf("%v completes to %q, without %q", args, out, want)
		}
		if strings.Contains(out, "--strategy\n") || strings.Contains(out, "restore\n") {
			t.Errorf("%v offers the other language: %q", args, out)
		}
	}
}

// TestTwinsDoTheSame runs both names of each command and of each flag as far as the help.
func TestTwinsDoTheSame(t *testing.T) {
	for _, l := range i18n.Langs() {
		everyCommand(l, func(words []string, c *cobra.Command) {
			if len(words) == 0 || !c.HasParent() {
				return
			}
			want, _, _ := run(t, l.Pick("en", "pt_BR"), append(words, "--help")...)
			for _, alias := range c.Aliases {
				got, _, code := run(t, l.Pick("en", "pt_BR"), append(append([]string{}, words[:len(words)-1]...), alias, "--ajuda")...)
				if code != 0 || got != want {
					t.Errorf("%v: %s is not %v", l, alias, words)
				}
			}
		})
	}
}
