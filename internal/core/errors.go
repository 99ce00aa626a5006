package core

import (
	"context"
	"errors"
	"fmt"
)

// Kind classifies an error for the person and for the exit code; the set is closed. The numbers are the exit codes.
type Kind int

// The kinds, which are also the program's exit codes.
const (
	Success      Kind = 0
	Failure      Kind = 1   // anything that has no kind of its own
	Usage        Kind = 2   // arguments that cannot be used
	Partial      Kind = 3   // the snapshot was saved, but some files could not be read
	NoRepository Kind = 4   // no repository at the place named
	WrongKey     Kind = 5   // no key here opens the repository
	Damage       Kind = 6   // stored bytes are missing, or are not what was written
	Source       Kind = 7   // the folder being backed up, or the folder restored into, failed
	Destination  Kind = 8   // the store failed
	Interrupted  Kind = 130 // Ctrl-C or SIGTERM
)

// Code names one cause precisely ("s3-access-denied"); the command line has a message and a hint for each in both languages.
type Code string

// Error is a failure with its kind. Engine packages return it or wrap it with %w; they never return text for users.
type Error struct {
	Kind    Kind
	Code    Code   // "" when the kind says enough
	Subject string // what failed: a path, an object's name, a flag; never a secret
	Err     error  // the cause; may be nil
}

// Error gives the technical English form, for logs and tests.
func (e *Error) Error() string {
	s := string(e.Code)
	if s == "" {
		s = fmt.Sprintf("kind %d", e.Kind)
	}
	if e.Subject != "" {
		s += " " + e.Subject
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf builds an Error whose cause is a formatted message.
func Errorf(kind Kind, code Code, subject, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Subject: subject, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the kind of err: Success for nil, the outermost Error's kind where there is one, Interrupted for a cancelled
// context, else Failure.
func KindOf(err error) Kind {
	if err == nil {
		return Success
	}
	var e *Error
	switch {
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &e):
		return e.Kind
	}
	return Failure
}

// CodeOf returns the code of the outermost Error in err's chain that has one, else "".
func CodeOf(err error) Code {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Code != "" {
			return e.Code
		}
		err = e.Err
	}
	return ""
}
