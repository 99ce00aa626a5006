package cli

import (
	"context"
	"io"
	"os"
	"strings"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/core"
)

// terminal returns where a person can be asked: standard input, if that is a terminal, and where the question is to be seen. The
// question must not go into a file to which standard error was sent.
func (a *app) terminal() (in *os.File, out io.Writer, done func(), ok bool) {
	if a.proc.Stdin == nil || !term.IsTerminal(a.proc.Stdin) {
		return nil, nil, nil, false
	}
	if a.tty {
		return a.proc.Stdin, a.proc.Stderr, func() {}, true
	}
	if tty, err := os.OpenFile(term.Device, os.O_WRONLY, 0); err == nil {
		return a.proc.Stdin, tty, func() { tty.Close() }, true
	}
	return nil, nil, nil, false
}

// interactive reports whether somebody is there to be asked.
func (a *app) interactive() bool {
	_, _, done, ok := a.terminal()
	if ok {
		done()
	}
	return ok
}

// ask asks a question of yes or no. Without an answer beforehand (--yes) and without a terminal it is an error.
func (a *app) ask(ctx context.Context, question string) (bool, error) {
	if a.cfg.Yes {
		return true, nil
	}
	in, out, done, ok := a.terminal()
	if !ok {
		return false, errKind(core.Usage, "no-terminal", question)
	}
	defer done()
	defer a.hold()()
	io.WriteString(out, a.leftOut())
	answer, err := term.Ask(ctx, in, out, fold(question+glue+a.text.General.YesNo, "", term.Columns(out))+" ")
	if err == io.EOF { // Ctrl-D
		io.WriteString(out, "\n")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	answer = strings.TrimSpace(answer)
	return answer != "" && strings.Contains(a.text.General.YesLetters, answer[:1]), nil
}

// must is ask, where no is the end of the command.
func (a *app) must(ctx context.Context, question string) error {
	yes, err := a.ask(ctx, question)
	if err == nil && !yes {
		err = errKind(core.Failure, "declined", "")
	}
	return err
}

// askSecret asks for something that is not shown. Without a terminal it is an error.
func (a *app) askSecret(ctx context.Context, question string) (string, error) {
	in, out, done, ok := a.terminal()
	if !ok {
		return "", errKind(core.WrongKey, "secret-needed", "")
	}
	defer done()
	defer a.hold()()
	text, err := term.AskSecret(ctx, in, out, question)
	if err == io.EOF { // Ctrl-D
		return "", errKind(core.WrongKey, "secret-needed", "")
	}
	return text, err
}
