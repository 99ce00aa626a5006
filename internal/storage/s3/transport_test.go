package s3

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// handler answers uploads and reads.
func handler(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("ETag", `"e"`)
	if r.Method == http.MethodGet {
		_, _ = w.Write(content)
	}
}

// serveTLS starts a server whose certificate nobody vouches for. It does not print which connections it refuses: tests are about just those.
func serveTLS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(handler))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// TestTLS: a certificate that nobody vouches for is refused at once, and accepted when AWS's settings name who does.
func TestTLS(t *testing.T) {
	isolate(t)
	server := serveTLS(t)
	s := opened(t, Config{Endpoint: server.URL})
	err := s.Put(t.Context(), "config", content)
	wantSubject(t, err, TLS, server.URL)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v does not say why", err)
	}
	if c := s.Counts(); c.Put != 1 {
		t.Errorf("%d attempts, want 1", c.Put)
	}

	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	s = opened(t, Config{Endpoint: server.URL})
	if err := s.Put(t.Context(), "config", content); err != nil {
		t.Errorf("Put with the certificate: %v", err)
	}
	if got, err := read(t, s, "config", 0, -1); err != nil || len(got) != len(content) {
		t.Errorf("Get: %d bytes, %v", len(got), err)
	}
	s = opened(t, Config{Endpoint: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)})
	wantCode(t, "Put to another name", s.Put(t.Context(), "config", content), TLS)
}

// TestWrongScheme: https to a service that speaks http, and the other way round.
func TestWrongScheme(t *testing.T) {
	isolate(t)
	server := httptest.NewServer(http.HandlerFunc(handler))
	defer server.Close()
	s := opened(t, Config{Endpoint: strings.Replace(server.URL, "http:", "https:", 1)})
	wantCode(t, "Put", s.Put(t.Context(), "config", nil), TLS)

	secure := serveTLS(t)
	s = opened(t, Config{Endpoint: strings.Replace(secure.URL, "https:", "http:", 1)})
	wantCode(t, "Put", s.Put(t.Context(), "config", nil), NotS3)
}

// TestUnreachable: where nothing listens that is said at once.
func TestUnreachable(t *testing.T) {
	isolate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s := opened(t, Config{Endpoint: "http://" + l.Addr().String()})
	wantSubject(t, s.Put(t.Context(), "config", nil), storage.Network, "http://"+l.Addr().String())
	if c := s.Counts(); c.Put != 1 {
		t.Errorf("%d attempts, want 1", c.Put)
	}
}

// TestStall: a connection on which nothing moves ends, in each direction; one that moves, however long it takes, does not.
func TestStall(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close() // never read, never written
		}
	}()
	d := &dialer{stall: 50 * time.Millisecond}
	for _, use := range []func(net.Conn) error{
		func(c net.Conn) error { _, err := c.Read(make([]byte, 1)); return err },
		func(c net.Conn) error {
			for {
				if _, err := c.Write(make([]byte, 32<<10)); err != nil {
					return err
				}
			}
		},
	} {
		conn, err := d.dial(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var timeout net.Error
		if err := use(conn); !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("a stalled connection gives %v, want a timeout", err)
		}
	}
}

// TestStallIsRetried: an upload to a service that stops listening is tried again on a new connection.
func TestStallIsRetried(t *testing.T) {
	isolate(t)
	release := make(chan struct{})
	var attempts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) < 3 {
			<-release // answers nothing until the test is over
			return
		}
		handler(w, r)
	}))
	defer server.Close()
	defer close(release)
	client := newHTTP(nil)
	client.Transport.(*http.Transport).DialContext = (&dialer{stall: 300 * time.Millisecond}).dial
	s := opened(t, Config{Endpoint: server.URL, HTTP: client})
	if err := s.Put(t.Context(), "config", content); err != nil {
		t.Fatal(err)
	}
	if n := attempts.Load(); n < 3 {
		t.Errorf("%d attempts, want 3", n)
	}
}

// TestCancelConnecting: a context that ends while nothing answers ends the call.
func TestCancelConnecting(t *testing.T) {
	isolate(t)
	started, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(started)
		<-release
	}))
	defer server.Close()
	defer close(release)
	s := opened(t, Config{Endpoint: server.URL})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	if err := s.Put(ctx, "config", nil); err != context.Canceled || core.CodeOf(err) != "" {
		t.Errorf("Put: %v, want context.Canceled as it is", err)
	}
}

// TestHTTPSByDefault: AWS is never asked without TLS, and no transport speaks HTTP/2 or follows redirects.
func TestHTTPSByDefault(t *testing.T) {
	s, service := scripted(t, Config{}, stored)
	if err := s.Put(t.Context(), "config", nil); err != nil {
		t.Fatal(err)
	}
	if u := wantRequests(t, service, 1)[0].URL; u.Scheme != "https" {
		t.Errorf("asked %s", u)
	}
	client := newHTTP(nil)
	tr := client.Transport.(*http.Transport)
	if tr.ForceAttemptHTTP2 || tr.TLSNextProto == nil || client.CheckRedirect(nil, nil) != http.ErrUseLastResponse || tr.Proxy == nil {
		t.Errorf("the transport is %+v", tr)
	}
}
