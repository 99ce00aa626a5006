package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// maxText bounds what is repeated of a service's words, in bytes.
const maxText = 400

// plain is an error that is only a text: what it came from may hold addresses and headers, and is not passed on.
type plain string

func (p plain) Error() string { return string(p) }

// unreached is plain of a place that did not answer, which errors.Is and errors.As find to be a cause that is said in the person's language.
type unreached struct {
	plain
	why error
}

func (u unreached) Unwrap() error { return u.why }

// whyUnreached returns what of an error people know a word for, without its addresses; nil for none.
func whyUnreached(err error) error {
	for _, known := range []error{syscall.ECONNREFUSED, syscall.ENETUNREACH, syscall.EHOSTUNREACH} {
		if errors.Is(err, known) {
			return known
		}
	}
	var host *net.DNSError
	var n net.Error
	switch {
	case errors.As(err, &host) && host.IsNotFound:
		return &net.DNSError{IsNotFound: true}
	case errors.As(err, &n) && n.Timeout():
		return os.ErrDeadlineExceeded
	}
	return nil
}

// answer is what a service said, in an error; zero where there was no answer.
type answer struct {
	status        int
	code, message string
	request       string // the service's number for it, for its support
	header        http.Header
}

// answerOf returns the service's answer in an error of the SDK.
func answerOf(err error) answer {
	var a answer
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code, a.message = api.ErrorCode(), api.ErrorMessage()
	}
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil {
		a.status, a.header = resp.Response.StatusCode, resp.Response.Header
	}
	var numbered interface{ ServiceRequestID() string }
	if errors.As(err, &numbered) {
		a.request = numbered.ServiceRequestID()
	}
	return a
}

// fail turns an error of the SDK into one of the contract. name is the object's, or "".
func (s *Store) fail(ctx context.Context, act action, name string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return storage.Errf(storage.Other, name, ctx.Err())
	}
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	code, subject, text := s.judge(act, name, err)
	var cause error
	if text != "" {
		cause = plain(s.clean(text))
	}
	if why := whyUnreached(err); code == storage.Network && why != nil {
		cause = unreached{plain(s.clean(text)), why}
	}
	return storage.Errf(code, subject, cause)
}

// notS3 is the error of an answer that no S3 service gives.
func (s *Store) notS3(name string) error {
	return storage.Errf(NotS3, s.endpoint, plain("an answer without what each answer has: "+name))
}

// judge finds an error's code, subject and words.
func (s *Store) judge(act action, name string, err error) (code core.Code, subject, text string) {
	var creds *credentialsError
	if errors.As(err, &creds) {
		code, text := judgeCredentials(creds)
		return code, s.profile(), text
	}
	a := answerOf(err)
	switch {
	case a.status/100 == 2 && brokeOff(err): // what was to come is not known, nor whether it would have been of S3
		return storage.Network, s.endpoint, innermost(err)
	case a.status != 0 || a.code != "":
		code, subject = s.judgeAnswer(act, name, a)
		return code, subject, a.text(act, err)
	case isTLS(err):
		return TLS, s.endpoint, innermost(err)
	case isNetwork(err):
		return storage.Network, s.endpoint, innermost(err)
	}
	return storage.Other, name, innermost(err)
}

// judgeAnswer finds the code and the subject of what a service said.
func (s *Store) judgeAnswer(act action, name string, a answer) (core.Code, string) {
	code, ok := codes[a.code]
	if !ok {
		code, ok = statuses[a.status]
	}
	if locking, ok := a.locking(); ok {
		return locking, firstOf(name, s.cfg.Bucket)
	}
	kms := strings.HasPrefix(a.code, "KMS.") || strings.Contains(a.message, "kms:")
	switch {
	case kms && (code == Denied || !ok || strings.HasPrefix(a.code, "KMS.")):
		return KMSDenied, firstOf(kmsAction.FindString(a.message), string(act))
	case code == WrongRegion && a.code == "AuthorizationHeaderMalformed" && !strings.Contains(a.message, "region"):
		return WrongKey, name // an access key with characters that none has
	case a.status/100 == 3 && s.foreign && a.region() == "":
		return Redirected, s.endpoint
	case !ok && a.status >= 500:
		return Unavailable, name
	case !ok && a.nameless():
		return NotS3, s.endpoint
	case !ok:
		return storage.Other, name
	}
	return code, s.subject(code, act, name, a)
}

// nameless reports an answer without a code of its own: the SDK makes one up from the status.
func (a answer) nameless() bool {
	return a.code == "" || a.code == "UnknownError" || a.code == strings.ReplaceAll(http.StatusText(a.status), " ", "")
}

// subject says what an error is about, as its message needs it.
func (s *Store) subject(code core.Code, act action, name string, a answer) string {
	switch code {
	case Denied:
		return firstOf(s3Action.FindString(a.message), string(act)) + ", arn:aws:s3:::" + s.resource(act)
	case storage.NoPlace, Taken:
		return s.cfg.Bucket
	case WrongRegion:
		return s.signedFor()
	case ClockSkew:
		return a.clocks(time.Now())
	case NoClass:
		return s.cfg.StorageClass
	case Expired:
		return s.profile()
	}
	return name
}

// resource is what a policy must name for an action.
func (s *Store) resource(act action) string {
	switch act {
	case listBucket, createBucket, listVersions, getVersioning, getLocking:
		return s.cfg.Bucket
	}
	return s.cfg.Bucket + "/" + s.base + "*"
}

// s3Action and kmsAction find, in a service's words, the right that is missing.
var (
	s3Action  = regexp.MustCompile(`\bs3:[A-Z][A-Za-z]+`)
	kmsAction = regexp.MustCompile(`\bkms:[A-Z][A-Za-z]+`)
)

// clocks names this machine's time and the service's.
func (a answer) clocks(here time.Time) string {
	text := here.UTC().Format(time.RFC3339)
	if there, err := http.ParseTime(a.header.Get("Date")); err == nil {
		text += " ≠ " + there.UTC().Format(time.RFC3339)
	}
	return text
}

// text is a service's answer in words.
func (a answer) text(act action, err error) string {
	text := strings.TrimPrefix(string(act), "s3:") + ":"
	if a.status != 0 {
		text += fmt.Sprintf(" HTTP %d", a.status)
	}
	if a.code != "" {
		text += " " + a.code
	}
	if a.message != "" {
		text += ": " + a.message
	}
	if a.code == "" && a.message == "" {
		text += " " + innermost(err)
	}
	if a.request != "" {
		text += " (request " + a.request + ")"
	}
	return text
}

// clean makes a text fit for a message: without secrets, on one line, not endless.
func (s *Store) clean(text string) string {
	text = s.creds.scrub(text)
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == ' ' }), " ")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// innermost gives the words of an error without the addresses that were asked and the SDK's wrapping.
func innermost(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return send.Err.Error()
	}
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// isTLS reports that no trusted connection came about: waiting does not mend that.
func isTLS(err error) bool {
	var (
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	return errors.As(err, &verify) || errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &record) || errors.As(err, &alert) ||
		err != nil && strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// isNetwork reports that no answer came.
func isNetwork(err error) bool {
	var send *smithyhttp.RequestSendError
	var u *url.Error
	return errors.As(err, &send) || errors.As(err, &u)
}

// brokeOff reports an answer of which a part came.
func brokeOff(err error) bool {
	var n net.Error
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &n)
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
