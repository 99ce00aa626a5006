package cli

import (
	"errors"

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
	case errors.As(err, &unknown):
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
	switch {
	case len(args) > 0 && len(row.subs) > 0:
		return mistake(config.Problem{Code: "unknown-command", Value: args[0], Subject: spoken(c), Near: config.Near(args[0], words(c))})
	case row.max >= 0 && len(args) > row.max:
		return mistake(config.Problem{Code: "extra-argument", Value: args[row.max], Subject: spoken(c), Other: usage})
	case len(args) < row.min:
		return mistake(config.Problem{Code: "missing-argument", Subject: spoken(c), Other: usage})
	}
	return nil
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
