package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// TestCodes: what the service says becomes a code with the subject that its message names.
func TestCodes(t *testing.T) {
	for _, test := range []struct {
		status        int
		code, message string
		want          core.Code
		subject       string
	}{
		{403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", WrongKey, "config"},
		{403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", WrongSecret, "config"},
		{400, "ExpiredToken", "The provided token has expired.", Expired, ""},
		{400, "InvalidToken", "The provided token is malformed or otherwise invalid.", Expired, ""},
		{400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the Credential is mal-formed", WrongKey, "config"},
		{403, "AccessDenied", "Access Denied", Denied, "s3:PutObject, arn:aws:s3:::bucket/prefix/*"},
		{403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::bucket\"", Denied,
			"s3:ListBucket, arn:aws:s3:::bucket/prefix/*"},
		{403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:x", KMSDenied,
			"kms:GenerateDataKey"},
		{400, "KMS.DisabledException", "arn:aws:kms:x is disabled.", KMSDenied, "s3:PutObject"},
		{400, "KMS.NotFoundException", "Invalid keyId", KMSDenied, "s3:PutObject"},
		{403, "AllAccessDisabled", "All access to this object has been disabled", Account, "config"},
		{403, "AccountProblem", "There is a problem with your AWS account", Account, "config"},
		{404, "NoSuchBucket", "The specified bucket does not exist", storage.NoPlace, "bucket"},
		{400, "InvalidStorageClass", "The storage class you specified is not valid", NoClass, "ODD"},
		{403, "InvalidObjectState", "The operation is not valid for the object's storage class", Archived, "config"},
		{400, "BadDigest", "The Content-MD5 you specified did not match what we received.", storage.Corrupt, "config"},
		{400, "QuotaExceeded", "over", storage.Full, "config"},
		{507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold.", storage.Full, "config"},
		{507, "Whatever", "full", storage.Full, "config"},
		{400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", storage.TooLarge, "config"},
		{400, "InvalidRequest", "Missing required header", storage.Other, "config"},
		{401, "Unauthorized", "Unauthorized", storage.Auth, "config"},
		{500, "InternalError", "We encountered an internal error. Please try again.", Unavailable, "config"},
		{503, "ServiceUnavailable", "Service is unable to handle request.", Unavailable, "config"},
		{503, "SlowDown", "Please reduce your request rate.", storage.Throttled, "config"},
		{429, "Odd", "Too many", storage.Throttled, "config"},
	} {
		t.Run(test.code, func(t *testing.T) {
			s, _ := scripted(t, Config{Prefix: "prefix", StorageClass: "ODD"}, fails(test.status, test.code, test.message))
			err := s.Put(t.Context(), "config", content)
			wantCode(t, "Put", err, test.want)
			var e *core.Error
			if errors.As(err, &e) && e.Subject != test.subject {
				t.Errorf("the subject is %q, want %q", e.Subject, test.subject)
			}
			for _, part := range []string{"PutObject", fmt.Sprint(test.status), test.code, test.message, "4442587FB7D0A2F9"} {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %s", err, part)
				}
			}
		})
	}
}

// TestAction: a refusal names the right that is missing and what it is for.
func TestAction(t *testing.T) {
	s, _ := scripted(t, Config{}, fails(403, "AccessDenied", "Access Denied"))
	_, getErr := read(t, s, "config", 0, -1)
	_, statErr := s.Stat(t.Context(), "config")
	_, listErr := list(t, s, "packs/")
	_, existsErr := s.Exists(t.Context())
	for want, err := range map[string]error{
		"s3:PutObject, arn:aws:s3:::bucket/*": s.Put(t.Context(), "config", nil), "s3:DeleteObject, arn:aws:s3:::bucket/*": s.Delete(t.Context(), "config"),
		"s3:GetObject, arn:aws:s3:::bucket/*": getErr, "s3:ListBucket, arn:aws:s3:::bucket": listErr,
	} {
		wantSubject(t, err, Denied, want)
	}
	wantSubject(t, statErr, Denied, "s3:GetObject, arn:aws:s3:::bucket/*")
	wantSubject(t, existsErr, Denied, "s3:ListBucket, arn:aws:s3:::bucket")
	wantSubject(t, s.Create(t.Context(), "config", nil), Denied, "s3:PutObject, arn:aws:s3:::bucket/*")

	s, _ = scripted(t, Config{}, fails(404, "NoSuchBucket", "no"), fails(403, "AccessDenied", "Access Denied"))
	wantSubject(t, s.Ensure(t.Context()), Denied, "s3:CreateBucket, arn:aws:s3:::bucket")
}

func wantSubject(t *testing.T, err error, code core.Code, subject string) {
	t.Helper()
	wantCode(t, subject, err, code)
	var e *core.Error
	if errors.As(err, &e) && e.Subject != subject {
		t.Errorf("the subject is %q, want %q", e.Subject, subject)
	}
}

// TestHeadExplained: the answer to a HEAD has no body, so another question finds out what is wrong.
func TestHeadExplained(t *testing.T) {
	for code, want := range map[string]core.Code{"InvalidAccessKeyId": WrongKey, "SignatureDoesNotMatch": WrongSecret, "AccessDenied": Denied} {
		s, _ := scripted(t, Config{}, gives(403, ""), fails(403, code, "no"))
		_, err := s.Stat(t.Context(), "config")
		wantCode(t, "Stat", err, want)
	}
	s, _ := scripted(t, Config{}, gives(404, ""), fails(404, "NoSuchBucket", "no"))
	_, err := s.Stat(t.Context(), "config")
	wantCode(t, "Stat in no bucket", err, storage.NoPlace)

	s, _ = scripted(t, Config{}, gives(404, ""), listing("other"))
	_, err = s.Stat(t.Context(), "config")
	wantCode(t, "Stat of nothing", err, storage.NotFound)

	s, _ = scripted(t, Config{}, gives(404, ""), fails(403, "AccessDenied", "no"))
	_, err = s.Stat(t.Context(), "config")
	wantCode(t, "Stat of nothing where listing is not allowed", err, storage.NotFound)

	s, _ = scripted(t, Config{}, gives(403, ""), object(content, `"e"`), gives(200, "", "Content-Length: 320000"))
	if _, err = s.Stat(t.Context(), "config"); err != nil {
		t.Errorf("Stat after a refusal that passed: %v", err)
	}
	s, _ = scripted(t, Config{}, gives(403, ""), object(content, `"e"`), gives(403, ""))
	_, err = s.Stat(t.Context(), "config")
	wantCode(t, "Stat that is refused where Get is not", err, Denied)
}

// TestForbiddenIsAbsent: S3 calls the absent forbidden where not all of the bucket may be listed; a listing of the name itself tells.
func TestForbiddenIsAbsent(t *testing.T) {
	service := func(r request) (*http.Response, error) {
		q := r.URL.Query()
		switch {
		case q.Has("list-type") && q.Get("prefix") == "a/keys/one":
			return listing("a/keys/one")(r)
		case q.Has("list-type") && q.Get("prefix") == "a/keys/none":
			return listing("a/keys/none-but-longer")(r)
		case q.Has("list-type") && strings.HasPrefix(q.Get("prefix"), "a/"):
			return listing()(r)
		}
		return fails(403, "AccessDenied", "Access Denied")(r)
	}
	s, _ := scripted(t, Config{Prefix: "a"}, service)
	for name, want := range map[string]core.Code{"config": storage.NotFound, "keys/none": storage.NotFound, "keys/one": Denied} {
		_, err := read(t, s, name, 0, -1)
		wantCode(t, "Get "+name, err, want)
		_, err = read(t, s, name, 5, 0)
		wantCode(t, "Get nothing of "+name, err, want)
		_, err = s.Stat(t.Context(), name)
		wantCode(t, "Stat "+name, err, want)
	}
}

// TestNotS3: what is no S3 service must not pass for an empty repository, or for one that took what was sent.
func TestNotS3(t *testing.T) {
	const html = "<!DOCTYPE html><html><head><title>Log in</title></head><body><p>Log in<br></body></html>"
	for _, answer := range []reply{gives(200, html, "Content-Type: text/html"), gives(404, html, "Content-Type: text/html"), gives(200, ""),
		gives(404, "not found"), gives(200, `{"a":1}`, "Content-Type: application/json"), gives(200, "<html></html>"), gives(400, html)} {
		for _, endpoint := range []string{"", "https://s3.example.com"} {
			s, _ := scripted(t, Config{Endpoint: endpoint}, answer)
			wantCode(t, "Put", s.Put(t.Context(), "config", content), NotS3)
			if names, err := list(t, s, ""); err == nil || len(names) > 0 {
				t.Errorf("List gives %v, %v", names, err)
			}
			if there, err := s.Exists(t.Context()); there || err == nil {
				t.Errorf("Exists is %v, %v", there, err)
			}
			if err := s.Ensure(t.Context()); err == nil {
				t.Error("Ensure succeeds")
			}
			if _, err := read(t, s, "config", 0, 10); storage.IsNotFound(err) {
				t.Errorf("Get gives %v", err)
			}
			if _, err := s.Stat(t.Context(), "config"); storage.IsNotFound(err) {
				t.Errorf("Stat gives %v", err)
			}
		}
	}
}

// TestClockSkew: the SDK signs for the service's time once it knows it; where that does not help, both times are named.
func TestClockSkew(t *testing.T) {
	const date = "Wed, 25 Nov 2020 01:02:03 GMT"
	skewed := fails(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", "Date: "+date)
	s, service := scripted(t, Config{}, skewed, stored)
	if err := s.Put(t.Context(), "config", content); err != nil {
		t.Fatal(err)
	}
	if got := wantRequests(t, service, 2)[1].Header.Get("X-Amz-Date"); !strings.HasPrefix(got, "20201125T01") {
		t.Errorf("the second attempt is signed for %s", got)
	}
	s, _ = scripted(t, Config{}, skewed)
	err := s.Put(t.Context(), "config", content)
	wantCode(t, "Put", err, ClockSkew)
	here := time.Now().UTC().Format("2006-01-02")
	if !strings.Contains(err.Error(), "≠ 2020-11-25T01:02:03Z") || !strings.Contains(err.Error(), here) {
		t.Errorf("%v does not name both times", err)
	}
}

// TestNoSecrets: whatever a service or a network says, no error repeats the credentials or the addresses asked.
func TestNoSecrets(t *testing.T) {
	const evil = "\x1b[2Jyou sent " + testSecret + " and " + testToken + "\nX-Amz-Signature=abc"
	for _, answer := range []reply{
		fails(403, "SignatureDoesNotMatch", "you sent "+testSecret+" and "+testToken+"\n\n"+strings.Repeat("long ", 1000)),
		fails(400, "Odd"+testToken, "odd"), gives(400, evil), gives(200, evil), breaks(errors.New("dialing with " + testSecret)),
		breaks(fmt.Errorf("reading: %w", errors.New(evil))), gives(403, "<Error><Code>AccessDenied</Code><Message>s3:Put"+testSecret+"</Message></Error>"),
	} {
		s, _ := scripted(t, Config{}, answer)
		t.Setenv("AWS_SESSION_TOKEN", testToken)
		s = opened(t, Config{HTTP: s.cfg.HTTP})
		_, getErr := read(t, s, "config", 0, -1)
		_, listErr := list(t, s, "")
		_, statErr := s.Stat(t.Context(), "config")
		for _, err := range []error{s.Put(t.Context(), "config", nil), getErr, listErr, statErr, s.Delete(t.Context(), "config"), s.Ensure(t.Context())} {
			for ; err != nil; err = errors.Unwrap(err) {
				text := fmt.Sprintf("%v %+v", err, err)
				if strings.Contains(text, testSecret) || strings.Contains(text, testToken) {
					t.Fatalf("an error holds a secret: %s", text)
				}
				if strings.ContainsAny(text, "\x1b\n") || len(text) > 2000 {
					t.Errorf("an error is no single line: %.300q", text)
				}
				if strings.Contains(text, "amazonaws.com/") {
					t.Errorf("an error holds an address: %s", text)
				}
			}
		}
	}
}

// TestNetwork: no answer at all is not the place's fault, and says which place.
func TestNetwork(t *testing.T) {
	lookup := &net.DNSError{Err: "no such host", Name: "s3.example.com", IsNotFound: true}
	s, service := scripted(t, Config{Endpoint: "https://s3.example.com"}, breaks(&net.OpError{Op: "dial", Net: "tcp", Err: lookup}))
	err := s.Put(t.Context(), "config", nil)
	wantSubject(t, err, storage.Network, "https://s3.example.com")
	wantRequests(t, service, 1)
	if !strings.Contains(err.Error(), "no such host") {
		t.Errorf("%v does not say why", err)
	}
	s, service = scripted(t, Config{}, breaks(errors.New("connection reset by peer")))
	wantSubject(t, s.Put(t.Context(), "config", nil), storage.Network, "Amazon S3")
	wantRequests(t, service, maxAttempts)
}

// TestRefusedAtOnce: a machine where nothing listens is reported at once when it never answered, and waited for when it did.
func TestRefusedAtOnce(t *testing.T) {
	refused := breaks(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")})
	s, service := scripted(t, Config{}, refused)
	wantCode(t, "Put", s.Put(t.Context(), "config", nil), storage.Network)
	wantRequests(t, service, 1)

	s, service = scripted(t, Config{}, stored, refused, refused, stored)
	for range 2 {
		if err := s.Put(t.Context(), "config", nil); err != nil {
			t.Fatal(err)
		}
	}
	wantRequests(t, service, 4)
}

// TestDeadline: a context whose time is over is the caller's, and no verdict on the service.
func TestDeadline(t *testing.T) {
	s, _ := scripted(t, Config{}, stored)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	err := s.Put(ctx, "config", nil)
	if core.CodeOf(err) != storage.Other || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Put: %v", err)
	}
}

// TestCancelWhileWaiting: a cancelled context ends the pause before another attempt.
func TestCancelWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	isolate(t)
	service := &script{t: t, answers: always(fails(503, "SlowDown", "slow"))}
	s := opened(t, Config{HTTP: service, pause: func(int) time.Duration { cancel(); return time.Hour }})
	err := s.Put(ctx, "config", nil)
	if err != context.Canceled {
		t.Errorf("Put: %v, want context.Canceled as it is", err)
	}
}

var _ aws.HTTPClient = (*script)(nil)
