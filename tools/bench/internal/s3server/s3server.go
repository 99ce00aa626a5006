// Package s3server runs a real S3 server on this machine, on a folder that can be copied while it does not run.
//
// Terms: the server is versitygw, at the version that tools/s3server/go.mod pins; its folder holds the objects as files, what is known
// of them, and its log of requests.
//
// Promises: it listens on loopback only, at the same port whenever it is started again; Requests counts each request that it answered
// since it was started, but for those of this package.
package s3server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The server's only user, its bucket and its region.
const (
	Access = "benchmark"
	Secret = "benchmark-secret"
	Bucket = "bench"
	Region = "us-east-1"
)

// program is the server's package, in a module of its own.
const program = "github.com/versity/versitygw/cmd/versitygw"

// startWait is how long the server may take to answer on a busy machine, stopWait how long to end when asked to.
const (
	startWait = 60 * time.Second
	stopWait  = 10 * time.Second
)

// Build builds the server from the module at source into a folder, unless it is there, and returns its path.
func Build(ctx context.Context, source, folder string) (string, error) {
	pins, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(pins, runtime.Version()...))
	path := filepath.Join(folder, "versitygw-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	part, err := filepath.Abs(path + rand.Text()) // another process may build it too
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", part, program)
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the S3 server: %w\n%s", err, bytes.TrimSpace(out))
	}
	return path, os.Rename(part, path)
}

// Server is where a server is started, and again.
type Server struct {
	path string // the program
	addr string // where it listens

	dir  string
	cmd  *exec.Cmd // nil while it does not run
	gone chan error
	said bytes.Buffer // of cmd; read when it is gone
}

// New reserves a port for a server.
func New(path string) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	return &Server{path: path, addr: l.Addr().String()}, nil
}

// Addr is where it listens, "host:port".
func (s *Server) Addr() string { return s.addr }

// Start starts the server on a folder, which is made with an empty bucket where it is not there yet, and waits until it answers.
func (s *Server) Start(ctx context.Context, dir string) error {
	for _, sub := range []string{filepath.Join("objects", Bucket), "sidecar", "iam"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	s.dir, s.gone = dir, make(chan error, 1)
	s.said.Reset()
	if err := os.RemoveAll(s.log()); err != nil {
		return err
	}
	cmd := exec.Command(s.path, "--port="+s.addr, "--health=/health", "--region="+Region, "--quiet", "--keep-alive", "--access-log="+s.log(),
		"--iam-dir="+filepath.Join(dir, "iam"), "posix", "--sidecar="+filepath.Join(dir, "sidecar"), filepath.Join(dir, "objects"))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+Access, "ROOT_SECRET_ACCESS_KEY="+Secret)
	cmd.Stdout, cmd.Stderr = &s.said, &s.said
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	go func() { s.gone <- cmd.Wait() }()
	if err := s.answers(ctx); err != nil {
		s.Stop()
		return fmt.Errorf("the S3 server does not start: %w\n%s", err, bytes.TrimSpace(s.said.Bytes()))
	}
	return nil
}

func (s *Server) log() string { return filepath.Join(s.dir, "requests.log") }

// answers waits until the server is ready.
func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/health", nil)
		if err != nil {
			return err
		}
		req.Close = true
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.gone:
			s.gone <- err
			return fmt.Errorf("it ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Stop ends the server, so that its folder can be copied or removed.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.gone:
	case <-time.After(stopWait):
		_ = s.cmd.Process.Kill()
		<-s.gone
	}
	s.cmd = nil
}

// Requests returns how many requests the server answered since it was started last. It is to be stopped first, so that none is
// still to be written down.
func (s *Server) Requests() (int64, error) {
	b, err := os.ReadFile(s.log())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	return countRequests(string(b)), err
}

// countRequests counts the lines of a log, but for its heading; the health check is in none.
func countRequests(log string) (n int64) {
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "log starts ") && strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}

// Objects is the folder in which the server keeps the bucket's objects, given its own folder.
func Objects(dir string) string { return filepath.Join(dir, "objects", Bucket) }
