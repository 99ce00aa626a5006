package cli

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"backup_projeto/internal/config"
	"backup_projeto/internal/i18n"
	"backup_projeto/internal/retain"
)

// TestDefaultPolicy: what the help calls defaults is the package's.
func TestDefaultPolicy(t *testing.T) {
	a := newApp(Process{Getenv: func(string) string { return "" }})
	if err := a.resolve(config.Retaining | config.Output); err != nil {
		t.Fatal(err)
	}
	if got := a.policy(); !reflect.DeepEqual(got, retain.Default()) {
		t.Errorf("%+v, want %+v", got, retain.Default())
	}
}

// TestEveryRuleHasAName in both languages, and no other has.
func TestEveryRuleHasAName(t *testing.T) {
	for _, l := range i18n.Langs() {
		names := i18n.For(l).Retain.Rules
		for _, r := range []retain.Rule{retain.Pinned, retain.Last, retain.Hourly, retain.Daily, retain.Weekly, retain.Monthly, retain.Yearly,
			retain.Within, retain.Tag, retain.Safety, retain.Newest} {
			if names[string(r)] == "" {
				t.Errorf("%v: rule %s has no name", l, r)
			}
		}
		if len(names) != 11 {
			t.Errorf("%v: %d rules have names", l, len(names))
		}
	}
}

// TestPolicyOfBackup: a backup knows the policy's flags and variables, and other commands know none.
func TestPolicyOfBackup(t *testing.T) {
	everyCommand(i18n.English, func(words []string, c *cobra.Command) {
		name := strings.Join(words, " ") // "" is a backup, too
		if has := c.Flags().Lookup("keep-last") != nil; has != (name == "retain" || name == "backup" || name == "") {
			t.Errorf("%v has --keep-last: %v", words, has)
		}
	})
	env := map[string]string{"BACKUP_PROJETO_KEEP_LAST": "7"}
	a := newApp(Process{Getenv: func(name string) string { return env[name] }})
	row := commands()
	row.run = func(_ context.Context, a *app, _ []string) error { return nil }
	root := a.build(row)
	root.SetArgs(nil)
	if err := root.Execute(); err != nil || a.cfg.Keep.Last != 7 || a.cfg.Keep.Daily != 14 {
		t.Errorf("%+v, %v", a.cfg.Keep, err)
	}
}
