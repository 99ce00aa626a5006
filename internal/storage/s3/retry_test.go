package s3

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// repeated are failures that another attempt may mend.
func repeated() map[string]reply {
	return map[string]reply{
		"SlowDown":       fails(503, "SlowDown", "Please reduce your request rate."),
		"unavailable":    fails(503, "ServiceUnavailable", "Service is unable to handle request."),
		"internal":       fails(500, "InternalError", "We encountered an internal error. Please try again."),
		"bad gateway":    gives(502, "<html>bad gateway</html>"),
		"gateway time":   gives(504, ""),
		"too many":       gives(429, ""),
		"cloudflare":     gives(522, "<html></html>"),
		"client slow":    fails(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period."),
		"incomplete":     fails(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"),
		"reset":          breaks(errors.New("read tcp: connection reset by peer")),
		"broken pipe":    breaks(errors.New("write tcp: broken pipe")),
		"early end":      breaks(io.EOF),
		"unexpected end": breaks(io.ErrUnexpectedEOF),
		"timeout":        breaks(&net.OpError{Op: "read", Err: timeout{}}),
		"lookup":         breaks(&net.DNSError{Err: "server misbehaving", IsTemporary: true}),
	}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// TestRepeats: what passes is waited out, whatever the call, and the whole body is sent again.
func TestRepeats(t *testing.T) {
	for name, failure := range repeated() {
		t.Run(name, func(t *testing.T) {
			s, service := scripted(t, Config{}, failure, failure, failure, stored)
			if err := s.Put(t.Context(), "config", content); err != nil {
				t.Fatal(err)
			}
			for _, r := range wantRequests(t, service, 4) {
				if !bytes.Equal(r.body, content) {
					t.Errorf("an attempt sends %d bytes of %d", len(r.body), len(content))
				}
			}
			s, _ = scripted(t, Config{}, failure, failure, object(content, `"e"`))
			if got, err := read(t, s, "config", 0, -1); err != nil || !bytes.Equal(got, content) {
				t.Errorf("Get gives %d bytes, %v", len(got), err)
			}
			s, _ = scripted(t, Config{}, failure, listing("config"))
			if got, err := list(t, s, ""); err != nil || len(got) != 1 {
				t.Errorf("List gives %v, %v", got, err)
			}
			s, _ = scripted(t, Config{}, failure, gives(204, ""))
			if err := s.Delete(t.Context(), "config"); err != nil {
				t.Errorf("Delete: %v", err)
			}
			s, _ = scripted(t, Config{}, failure, gives(200, "", "Content-Length: 5"))
			if _, err := s.Stat(t.Context(), "config"); err != nil {
				t.Errorf("Stat: %v", err)
			}
		})
	}
}

// TestGivesUp: after all attempts the last answer decides the code.
func TestGivesUp(t *testing.T) {
	for name, want := range map[string]core.Code{"SlowDown": storage.Throttled, "too many": storage.Throttled, "internal": Unavailable,
		"bad gateway": Unavailable, "reset": storage.Network, "timeout": storage.Network} {
		s, service := scripted(t, Config{}, repeated()[name])
		wantCode(t, name, s.Put(t.Context(), "config", content), want)
		wantRequests(t, service, maxAttempts)
	}
}

// TestDoesNotRepeat: what does not pass is reported at once.
func TestDoesNotRepeat(t *testing.T) {
	for _, answer := range []reply{fails(403, "AccessDenied", "no"), fails(403, "InvalidAccessKeyId", "no"), fails(404, "NoSuchBucket", "no"),
		fails(400, "InvalidRequest", "no"), fails(400, "BadDigest", "no"), fails(403, "InvalidObjectState", "no")} {
		s, service := scripted(t, Config{}, answer)
		if s.Put(t.Context(), "config", content) == nil {
			t.Error("Put succeeds")
		}
		wantRequests(t, service, 1)
	}
}

// TestPauses: they grow, are spread, have an end, and the service's own wish counts.
func TestPauses(t *testing.T) {
	for attempt := 1; attempt < 40; attempt++ {
		seen := map[time.Duration]bool{}
		top := min(firstPause<<min(attempt-1, 6), maxPause)
		for range 50 {
			p := backoff(attempt)
			if p < top/2 || p > top {
				t.Fatalf("pause %d is %v, want %v to %v", attempt, p, top/2, top)
			}
			seen[p] = true
		}
		if len(seen) < 10 {
			t.Errorf("pause %d is hardly spread", attempt)
		}
	}
	for header, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "0": 0, "-3": 0, "soon": 0, "999999": maxRetryAfter} {
		s, _ := scripted(t, Config{}, fails(403, "AccessDenied", "not repeated", "Retry-After: "+header))
		_, err := s.page(t.Context(), "", nil, 0)
		if got, delayErr := s.delay(1, err); delayErr != nil || got != want {
			t.Errorf("Retry-After %q makes a pause of %v, want %v", header, got, want)
		}
	}
}

// TestWaits: with the real pauses a minute's outage is waited out, in the time that a fake clock tells.
func TestWaits(t *testing.T) {
	isolate(t)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		service := &script{t: t, answers: always(fails(503, "SlowDown", "slow"))}
		s := opened(t, Config{HTTP: service, pause: backoff})
		wantCode(t, "Put", s.Put(t.Context(), "config", content), storage.Throttled)
		if took := time.Since(start); took < 20*time.Second || took > 2*time.Minute {
			t.Errorf("all attempts took %v", took)
		}
	})
}

// TestBodyCutByService: a service that closes the connection in the middle of an upload gets the whole of it at the next attempt.
func TestBodyCutByService(t *testing.T) {
	isolate(t)
	big := bytes.Repeat(content, 20) // more than the connection's buffers hold
	var attempts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) < 3 {
			_, _ = io.CopyN(io.Discard, r.Body, 100_000)
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0) // a reset, not an orderly end
				conn.Close()
			}
			return
		}
		got, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(got, big) {
			t.Errorf("the last attempt sends %d bytes, %v", len(got), err)
		}
		w.Header().Set("ETag", `"e"`)
	}))
	defer server.Close()
	s := opened(t, Config{Endpoint: server.URL})
	if err := s.Put(t.Context(), "config", big); err != nil {
		t.Fatal(err)
	}
	if c := s.Counts(); c.Put != 3 || c.Sent < int64(len(big)) {
		t.Errorf("counted %+v", c)
	}
}
