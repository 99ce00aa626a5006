package cli

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/i18n"
)

// finish tells the person how the run ended and returns its exit code: the one place where an error becomes either.
func (a *app) finish(ctx context.Context, err error) core.Kind {
	a.clear()
	if err == nil && a.err != nil {
		err = sourceError("output", "", a.err)
	}
	kind := core.KindOf(err)
	if err != nil && ctx.Err() != nil {
		kind = core.Interrupted
	}
	if kind == core.Success {
		return kind
	}
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			a.report(kind, p.Code, a.problemValues(p))
		}
		return kind
	}
	code, v := core.CodeOf(err), a.values(err)
	if kind == core.Interrupted {
		code = ""
	}
	a.report(kind, code, v)
	return kind
}

// jsonError is the object of an error.
type jsonError struct {
	Type    string    `json:"type"`
	Exit    core.Kind `json:"exit"`
	Code    core.Code `json:"code,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Message string    `json:"message"`
	Hint    string    `json:"hint"`
	Detail  string    `json:"detail,omitempty"`
}

// report writes one error: what happened, and what to type next.
func (a *app) report(kind core.Kind, code core.Code, v i18n.Values) {
	text, _ := a.text.Error(kind, code)
	text = text.Fill(v)
	if a.printer.json {
		a.object(jsonError{"error", kind, code, v.Subject, text.Message, text.Hint, v.Detail})
		return
	}
	general := a.text.General
	a.note(a.folded(general.Error+": "+term.Escape(text.Message), "  ") + "\n")
	if a.verbose && v.Detail != "" && !strings.Contains(text.Message, v.Detail) {
		a.note("  " + general.Technical + ": " + term.Escape(strings.TrimPrefix(string(code)+": "+v.Detail, ": ")) + "\n")
	}
	a.note(a.folded("  "+general.Hint+": "+term.Escape(text.Hint), "    ") + "\n")
}

// values gathers what an error's text may name.
func (a *app) values(err error) i18n.Values {
	e := telling(err)
	v := i18n.Values{Subject: e.Subject, Place: a.cfg.Place.Flags, Detail: a.detail(e.Err)}
	if (e.Code == "no-path" || e.Code == "not-a-file") && a.cfg.Snapshot != config.Find("snapshot").Default { // what to look at is that one
		v.Place += " --snapshot=" + config.Quote(a.cfg.Snapshot)
	}
	if v.Subject == "" && e.Kind == core.NoRepository {
		v.Subject = a.cfg.Place.URL()
	}
	var more *moreValues
	if errors.As(err, &more) {
		v.Value, v.Near, v.List = more.value, more.near, a.lang.List(more.list)
	}
	return v
}

func (a *app) problemValues(p config.Problem) i18n.Values {
	return i18n.Values{Subject: p.Subject, Value: p.Value, Near: p.Near, List: a.lang.List(p.List), Other: p.Other, Place: a.cfg.Place.Flags}
}

// telling returns the error in the chain that says most: the outermost with a code, else the outermost with a kind.
func telling(err error) *core.Error {
	var first *core.Error
	for rest := err; rest != nil; {
		var e *core.Error
		if !errors.As(rest, &e) {
			break
		}
		if e.Code != "" {
			return e
		}
		if first == nil {
			first = e
		}
		rest = e.Err
	}
	if first == nil {
		first = &core.Error{Kind: core.Failure, Err: err}
	}
	return first
}

// detail gives the technical words of a cause; the operating system's most common ones in the person's language.
func (a *app) detail(err error) string {
	if err == nil {
		return ""
	}
	g := a.text.General
	for _, known := range []struct {
		err  error
		text string
	}{{fs.ErrPermission, g.NoPermission}, {fs.ErrNotExist, g.NotThere}, {syscall.ENOSPC, g.DiskFull}, {syscall.EDQUOT, g.DiskFull},
		{syscall.EROFS, g.ReadOnly}, {syscall.ENOTDIR, g.NotFolder}, {syscall.EISDIR, g.IsFolder}, {syscall.ECONNREFUSED, g.Refused},
		{syscall.ENETUNREACH, g.Unreachable}, {syscall.EHOSTUNREACH, g.Unreachable}, {os.ErrDeadlineExceeded, g.TimedOut}} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	var host *net.DNSError
	if errors.As(err, &host) && host.IsNotFound {
		return g.NoHost
	}
	var more *moreValues
	if errors.As(err, &more) {
		return ""
	}
	if e, ok := err.(*core.Error); ok && e.Code == "" && e.Err != nil { // its kind and subject are told already
		return a.detail(e.Err)
	}
	return err.Error()
}

// reason says in words why one entry or object failed, beside others: the message of its error, or the technical words.
func (a *app) reason(err error) string {
	e := telling(err)
	if text, known := a.text.Error(e.Kind, e.Code); known {
		v := a.values(err)
		v.Subject = "" // the line names it already
		return term.Escape(text.Fill(v).Message)
	}
	if e.Kind == core.Damage { // what exactly is of no use to people, and --verbose and verify tell more
		return a.text.Errors["object-damaged"].Fill(i18n.Values{}).Message
	}
	if e.Err != nil {
		return term.Escape(a.detail(e.Err))
	}
	return term.Escape(a.detail(err))
}

// moreValues is a cause that carries values for the text of its error.
type moreValues struct {
	value, near string
	list        []string
}

// Error gives the technical form.
func (m *moreValues) Error() string {
	return strings.TrimSpace(m.value + " " + strings.Join(m.list, ","))
}

// sourceError says that this machine's files failed.
func sourceError(code core.Code, subject string, err error) error {
	return &core.Error{Kind: core.Source, Code: code, Subject: subject, Err: err}
}
