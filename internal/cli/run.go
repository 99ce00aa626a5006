package cli

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
)

// Main runs the program once and returns its exit code.
func Main(p Process) int {
	ctx, stop := interruptible(context.Background(), p.Exit)
	defer stop()
	return int(Run(ctx, p))
}

// Run runs the program once, without touching signals.
func Run(ctx context.Context, p Process) core.Kind {
	a := newApp(p)
	if ok, err := config.ParseBool(p.Getenv(config.Variable("json"))); early(p.Args, "json") != "" || err == nil && ok {
		a.printer.json = true // so that errors of parsing are objects too
	}
	cobra.MousetrapHelpText = "" // on Windows, cobra would speak English to whoever double-clicks
	cobra.EnableCommandSorting = false
	root := a.build(commands())
	root.SetArgs(joinShare(p.Args))
	_, err := root.ExecuteContextC(ctx)
	return a.finish(ctx, err)
}

// interruptible returns a context that ends at the first Ctrl-C or SIGTERM; the second one ends the process.
func interruptible(parent context.Context, exit func(int)) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		cancel()
		if _, ok := <-signals; ok {
			exit(int(core.Interrupted))
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}

// early looks for a flag before anything is parsed: language and form of output are needed to report that parsing failed. It
// returns the flag's value, "true" for one without, or "".
func early(args []string, names ...string) string {
	value := ""
	for i, arg := range args {
		if arg == "--" {
			break
		}
		for _, name := range names {
			rest, ok := strings.CutPrefix(arg, "--"+name)
			switch {
			case !ok:
			case rest == "" && i+1 < len(args) && name != "json":
				value = args[i+1]
			case rest == "":
				value = "true"
			case rest[0] == '=':
				value = rest[1:]
			}
		}
	}
	return value
}

// joinShare lets --data stand alone, for all of it, and yet take its value from the next word: "--data 5%".
func joinShare(args []string) []string {
	data := config.Find("data")
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(out, args[i:]...)
		}
		name, isFlag := strings.CutPrefix(args[i], "--")
		if isFlag && (name == data.Name || name == data.PT) && i+1 < len(args) {
			if _, err := config.ParseShare(args[i+1]); err == nil {
				out = append(out, args[i]+"="+args[i+1])
				i++
				continue
			}
		}
		out = append(out, args[i])
	}
	return out
}
