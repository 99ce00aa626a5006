package s3

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backup_projeto/internal/core"
)

// script is a service whose answers are written down: the n-th request gets the n-th answer, and the last one is given again and again.
type script struct {
	t       *testing.T
	answers []reply

	mu   sync.Mutex
	seen []request // guarded by mu
}

// reply answers one request.
type reply func(r request) (*http.Response, error)

// request is what was asked, with the body read.
type request struct {
	*http.Request
	body []byte
}

// Do answers.
func (s *script) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	r := request{Request: req}
	if req.Body != nil {
		var err error
		if r.body, err = io.ReadAll(req.Body); err != nil {
			s.t.Errorf("reading a request's body: %v", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r)
	n := min(len(s.seen), len(s.answers)) - 1
	resp, err := s.answers[n](r)
	if resp != nil {
		resp.Request = req
		if req.Method == http.MethodHead {
			resp.Body = http.NoBody
		}
	}
	return resp, err
}

// requests returns what was asked so far.
func (s *script) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// The credentials that tests sign with.
const (
	testAccess = "AKIDEXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	testToken  = "FwoGZXIvYXdzEXAMPLE+TOKEN/with=signs"
)

// isolate keeps the settings of the person who runs the tests out, and sets credentials.
func isolate(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": testAccess, "AWS_SECRET_ACCESS_KEY": testSecret, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_CA_BUNDLE": "",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// scripted opens a store on written answers. It never waits before another attempt.
func scripted(t *testing.T, cfg Config, answers ...reply) (*Store, *script) {
	t.Helper()
	isolate(t)
	service := &script{t: t, answers: answers}
	cfg.HTTP = service
	return opened(t, cfg), service
}

// opened opens a store that never waits before another attempt, on bucket "bucket" where cfg names none.
func opened(t *testing.T, cfg Config) *Store {
	t.Helper()
	if cfg.Bucket == "" {
		cfg.Bucket = "bucket"
	}
	if cfg.pause == nil {
		cfg.pause = func(int) time.Duration { return 0 }
	}
	s, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// gives answers with a status, headers written "Name: value", and a body.
func gives(status int, body string, headers ...string) reply {
	return func(request) (*http.Response, error) {
		resp := &http.Response{StatusCode: status, Status: fmt.Sprint(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			resp.Header.Set(name, value)
		}
		resp.Header.Set("Content-Length", fmt.Sprint(len(body)))
		return resp, nil
	}
}

// fails answers as S3 refuses.
func fails(status int, code, message string, headers ...string) reply {
	body := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message>"+
		"<RequestId>4442587FB7D0A2F9</RequestId></Error>", code, message)
	return gives(status, body, append(headers, "Content-Type: application/xml", "X-Amz-Request-Id: 4442587FB7D0A2F9")...)
}

// breaks lets the connection fail.
func breaks(err error) reply {
	return func(request) (*http.Response, error) { return nil, err }
}

// cutAfter answers with a body that breaks off.
func cutAfter(full reply, n int64) reply {
	return func(r request) (*http.Response, error) {
		resp, err := full(r)
		if err == nil {
			resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, n), failing{errors.New("connection reset by peer")}))
		}
		return resp, err
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// stored answers a PUT that was done.
var stored = gives(200, "", `ETag: "e"`)

// listing answers with a page of a listing.
func listing(keys ...string) reply { return page(false, "", len(keys), keys...) }

func page(truncated bool, token string, count int, keys ...string) reply {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name>`+
		`<EncodingType>url</EncodingType><KeyCount>%d</KeyCount><IsTruncated>%v</IsTruncated>`, count, truncated)
	if token != "" {
		fmt.Fprintf(&b, "<NextContinuationToken>%s</NextContinuationToken>", token)
	}
	for _, k := range keys {
		fmt.Fprintf(&b, "<Contents><Key>%s</Key><LastModified>2026-11-25T01:02:03.000Z</LastModified><Size>7</Size></Contents>", k)
	}
	return gives(200, b.String()+"</ListBucketResult>", "Content-Type: application/xml")
}

// object serves ranges of data as S3 does, where the ETag that is asked for is the object's.
func object(data []byte, etag string) reply {
	return func(r request) (*http.Response, error) {
		if want := r.Header.Get("If-Match"); want != "" && want != etag {
			return fails(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")(r)
		}
		var from, to int
		to = len(data) - 1
		if h := r.Header.Get("Range"); h != "" {
			if _, err := fmt.Sscanf(h, "bytes=%d-%d", &from, &to); err != nil && !strings.HasSuffix(h, "-") {
				return nil, err
			}
			if from >= len(data) {
				return fails(416, "InvalidRange", "The requested range is not satisfiable")(r)
			}
			to = min(to, len(data)-1)
			return gives(206, string(data[from:to+1]), "ETag: "+etag, fmt.Sprintf("Content-Range: bytes %d-%d/%d", from, to, len(data)))(r)
		}
		return gives(200, string(data), "ETag: "+etag)(r)
	}
}

// always gives one answer to everything.
func always(r reply) []reply { return []reply{r} }

func wantCode(t *testing.T, what string, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code || code != "" && core.KindOf(err) != core.Destination {
		t.Errorf("%s: %v (kind %d), want code %q", what, err, core.KindOf(err), code)
	}
}

func wantRequests(t *testing.T, service *script, n int) []request {
	t.Helper()
	got := service.requests()
	if len(got) != n {
		for _, r := range got {
			t.Logf("%s %s", r.Method, r.URL)
		}
		t.Fatalf("%d requests were made, want %d", len(got), n)
	}
	return got
}

// read reads a range whole.
func read(t *testing.T, s *Store, name string, offset, length int64) ([]byte, error) {
	t.Helper()
	r, err := s.Get(t.Context(), name, offset, length)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// list returns the names of a listing and its error.
func list(t *testing.T, s *Store, prefix string) (names []string, err error) {
	t.Helper()
	for info, e := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal("a listing goes on after its error")
		}
		if err = e; e == nil {
			names = append(names, info.Name)
		}
	}
	return names, err
}

var content = bytes.Repeat([]byte("0123456789abcdef"), 20_000)
