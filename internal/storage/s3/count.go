package s3

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"backup_projeto/internal/storage"
)

// counter counts every attempt on its way to the service, which is what the service bills.
type counter struct {
	next aws.HTTPClient

	put, get, list, stat, delete, sent, received atomic.Int64

	ahead atomic.Int64 // how many nanoseconds the service's clock is ahead of this machine's
}

// attemptsKey finds, in a request's context, the number of attempts of one call.
type attemptsKey struct{}

// countAttempts returns a context in which the attempts of a call are counted.
func countAttempts(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, attemptsKey{}, n), n
}

// Do sends a request.
func (c *counter) Do(req *http.Request) (*http.Response, error) {
	if n, ok := req.Context().Value(attemptsKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	kind := c.kind(req)
	kind.Add(1)
	if kind == &c.put && req.Body != nil && req.ContentLength > 0 {
		req.Body = storage.CountReads(req.Body, &c.sent)
	}
	resp, err := c.next.Do(req)
	if err == nil {
		c.compare(resp.Header.Get("Date"))
	}
	if err == nil && kind == &c.get && resp.StatusCode/100 == 2 {
		resp.Body = storage.CountReads(resp.Body, &c.received)
	}
	return resp, err
}

// kind returns the counter of a request of the few sorts that this package makes.
func (c *counter) kind(req *http.Request) *atomic.Int64 {
	switch req.Method {
	case http.MethodPut:
		return &c.put
	case http.MethodDelete:
		return &c.delete
	case http.MethodHead:
		return &c.stat
	}
	switch q := req.URL.Query(); {
	case q.Has("list-type"), q.Has("versions"):
		return &c.list
	case q.Has("versioning"), q.Has("object-lock"):
		return &c.stat
	}
	return &c.get
}

// compare notes the difference between the service's clock, in whole seconds, and this machine's. Less than two seconds is none.
func (c *counter) compare(date string) {
	there, err := http.ParseTime(date)
	if err != nil {
		return
	}
	ahead := time.Until(there)
	if ahead.Abs() < 2*time.Second {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

// now is the service's clock, as far as its last answer told; before any answer it is this machine's.
func (c *counter) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *counter) counts() storage.Counts {
	return storage.Counts{
		Put: c.put.Load(), Get: c.get.Load(), List: c.list.Load(), Stat: c.stat.Load(), Delete: c.delete.Load(),
		Sent: c.sent.Load(), Received: c.received.Load(),
	}
}

// closeIdle lets go of connections that nothing uses.
func (c *counter) closeIdle() {
	if h, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		h.CloseIdleConnections()
	}
}
