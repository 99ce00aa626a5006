// Package s3test runs a real S3 server on this machine for tests.
//
// Terms: the server is versitygw, at the version that tools/s3server/go.mod pins, keeping objects as files in a temporary folder. The
// root user may do everything; a further user may do what a bucket's policy says.
//
// Promises: the program is built once, into the module's .cache folder, however many packages are tested at once; where it cannot be
// built or started the test fails, since one that is skipped proves nothing. The server listens on loopback only and is gone, with all that
// it kept, when the test ends.
package s3test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Region is where the server is unless arguments of Start say otherwise.
const Region = "us-east-1"

// startTries is how often a port is tried: between choosing a free one and the server's taking it someone else may.
const startTries = 5

// startWait is how long the server may take to answer on a busy machine.
const startWait = 60 * time.Second

// Server is a running server.
type Server struct {
	Endpoint string // http://127.0.0.1:port
	Access   string // the root user's access key
	Secret   string // and its secret

	binary string
	dir    string
	output lockedBuffer
}

// Start starts a server that stops when the test ends. Further arguments are global flags of versitygw, such as "--region=sa-east-1".
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{Access: "ROOT" + rand.Text()[:16], Secret: rand.Text(), binary: binary(t), dir: t.TempDir()}
	// Metadata in files rather than extended attributes, which a temporary file system may not have.
	for _, sub := range []string{"objects", "sidecar", "iam"} {
		if err := os.Mkdir(filepath.Join(s.dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for try := 1; ; try++ {
		err := s.start(t, args)
		if err == nil {
			return s
		}
		if try == startTries {
			t.Fatalf("s3test: the server does not start: %v\n%s", err, s.output.String())
		}
	}
}

// start runs the program once on a free port and waits until it answers.
func (s *Server) start(t testing.TB, args []string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	l.Close()
	health := "/health-" + rand.Text() // so that another test's server on this port is not taken for ours
	all := append([]string{"--port=" + addr, "--health=" + health, "--quiet", "--keep-alive", "--iam-cache-disable",
		"--iam-dir=" + filepath.Join(s.dir, "iam")}, args...)
	all = append(all, "posix", "--sidecar="+filepath.Join(s.dir, "sidecar"), filepath.Join(s.dir, "objects"))
	cmd := exec.Command(s.binary, all...)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+s.Access, "ROOT_SECRET_ACCESS_KEY="+s.Secret)
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	stop := func() {
		_ = cmd.Process.Kill()
		<-gone
	}
	s.Endpoint = "http://" + addr
	if err := answers(s.Endpoint+health, gone); err != nil {
		stop()
		return err
	}
	t.Cleanup(stop)
	return nil
}

// answers waits until url is served, or the program has ended.
func answers(url string, gone chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-gone:
			gone <- err
			return fmt.Errorf("the program ended: %v", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Bucket returns the folder in which the server keeps a bucket's objects as files. Their times of change are those that it tells.
func (s *Server) Bucket(name string) string { return filepath.Join(s.dir, "objects", name) }

// Env returns the environment variables, each "NAME=value", with which AWS's tools and this program reach the server as root, and with
// which no setting of the person who runs the tests gets in between.
func (s *Server) Env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + s.Access,
		"AWS_SECRET_ACCESS_KEY=" + s.Secret,
		"AWS_SESSION_TOKEN=",
		"AWS_ENDPOINT_URL=" + s.Endpoint,
		"AWS_REGION=" + Region,
		"AWS_PROFILE=",
		"AWS_CA_BUNDLE=",
		"AWS_CONFIG_FILE=" + filepath.Join(s.dir, "no-config"),
		"AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(s.dir, "no-credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Setenv sets Env for the rest of the test.
func (s *Server) Setenv(t testing.TB) {
	t.Helper()
	for _, e := range s.Env() {
		name, value, _ := strings.Cut(e, "=")
		t.Setenv(name, value)
	}
}

// AddUser makes a user who may do nothing until a bucket's policy allows it. The user's id, in policies, is its access key.
func (s *Server) AddUser(t testing.TB, access, secret string) {
	t.Helper()
	cmd := exec.Command(s.binary, "admin", "--access="+s.Access, "--secret="+s.Secret, "--endpoint-url="+s.Endpoint,
		"create-user", "--access="+access, "--secret="+secret, "--role=user")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("s3test: adding a user: %v\n%s", err, out)
	}
}

// Ruin changes the bytes of an object as a bad disk does.
func (s *Server) Ruin(t testing.TB, bucket, key string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(s.dir, "objects", bucket, filepath.FromSlash(key)), os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(data, 0)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatalf("s3test: %v", err)
	}
}

// SetTime makes an object as old as it would be if it had been put at that time.
func (s *Server) SetTime(t testing.TB, bucket, key string, when time.Time) {
	t.Helper()
	if err := os.Chtimes(filepath.Join(s.dir, "objects", bucket, filepath.FromSlash(key)), when, when); err != nil {
		t.Fatalf("s3test: %v", err)
	}
}

// lockedBuffer keeps the program's output while tests may read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
