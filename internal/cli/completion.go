package cli

import (
	"bytes"
	"context"

	"github.com/spf13/cobra"

	"backup_projeto/internal/config"
)

// shells that completion scripts are written for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func runCompletion(_ context.Context, a *app, args []string) error {
	root := a.build(commands())
	var script bytes.Buffer
	var err error
	switch args[0] {
	case "bash":
		err = root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	case "powershell", "pwsh":
		err = root.GenPowerShellCompletionWithDesc(&script)
	default:
		return mistake(config.Problem{Code: "value-choice", Subject: "completion", Value: args[0], Near: config.Near(args[0], shells), List: shells})
	}
	a.out(script.String())
	return err
}

func completeShells(_ *app, args []string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return shells, cobra.ShellCompDirectiveNoFileComp
}
