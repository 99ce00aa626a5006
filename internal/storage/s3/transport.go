package s3

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// stall is how long nothing may move on a connection that is in use. A service may think this long about an upload.
	stall = 90 * time.Second
	// connectTime is how long making a connection may take.
	connectTime = 15 * time.Second
	// keptConnections is how many idle ones are kept: more than requests ever run at once.
	keptConnections = 64
)

// newHTTP makes the client that sends requests, with the certificates that AWS's settings gave to loaded.
func newHTTP(loaded aws.HTTPClient) *http.Client {
	b, ok := loaded.(*awshttp.BuildableClient)
	if !ok {
		b = awshttp.NewBuildableClient()
	}
	tr := b.GetTransport()
	tr.DialContext = (&dialer{net: net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second}, stall: stall}).dial
	tr.MaxIdleConns, tr.MaxIdleConnsPerHost = keptConnections, keptConnections
	// One connection a request: HTTP/2 would send all through one, which is slower for large bodies and dies as one.
	tr.ForceAttemptHTTP2 = false
	tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	tr.DisableCompression = true
	return &http.Client{Transport: tr, CheckRedirect: noRedirect}
}

// noRedirect hands a redirect to the caller: another region needs another signature, and nobody else gets what is sent.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// dialer makes connections that notice when nothing moves any more.
type dialer struct {
	net   net.Dialer
	stall time.Duration
}

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := d.net.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &lively{conn, d.stall}, nil
}

// lively is a connection whose deadline moves on with each read and write. net/http writes and reads some KiB at a time, so that it is progress
// that counts, not the length of a transfer.
type lively struct {
	net.Conn
	stall time.Duration
}

// Read waits for bytes no longer than a stall.
func (c *lively) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write waits no longer than a stall, and lets the read that waits for the answer wait on.
func (c *lively) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
