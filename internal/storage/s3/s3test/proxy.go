package s3test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"backup_projeto/internal/storage/faulty"
)

// What befalls a request on its way. Those that make no sense for a request, such as a cut in an answer without a body, reset the connection
// after it was done.
const (
	Reset     faulty.Fault = "reset"          // the connection is reset before anything was passed on
	ResetSent faulty.Fault = "reset-sending"  // it is reset in the middle of the request's body
	ResetDone faulty.Fault = "reset-done"     // the request is done, and the connection reset in place of the answer
	SlowDown  faulty.Fault = "slow-down"      // not done: 503 SlowDown, for this request and the two that come after it
	Error     faulty.Fault = "500-done"       // done, and answered with 500 InternalError
	Cut       faulty.Fault = "cut-answer"     // the answer's body breaks off in the middle
	Flipped   faulty.Fault = "flipped-answer" // one bit of the answer's body is not what it was
	FlipSent  faulty.Fault = "flipped-body"   // one bit of the request's body is not what it was
	Stall     faulty.Fault = "stall"          // not done, and there is no answer, until the client gives up
	StallDone faulty.Fault = "stall-done"     // done, and there is no answer
	StallHalf faulty.Fault = "stall-answer"   // the answer stops in the middle
	Gone      faulty.Fault = "gone"           // done, and reset; and so is, undone, everything that comes after it
)

// Proxy stands before a server and disturbs what passes.
type Proxy struct {
	Endpoint string // http://127.0.0.1:port

	server string
	web    *httptest.Server

	mu    sync.Mutex
	plan  faulty.Plan          // guarded by mu
	calls map[faulty.Class]int // guarded by mu
	n     int                  // requests; guarded by mu
	hits  int                  // requests that a fault befell; guarded by mu
	more  int                  // requests that SlowDown strikes besides; guarded by mu
	gone  bool                 // guarded by mu
}

// Proxy starts a proxy before the server, which ends with the test. A plan, nil for none, is asked about each request: the class's method is
// that of the store which most often makes such a request, the folder that of the object or of the listing's prefix within prefix, and
// the fault one of those above.
func (s *Server) Proxy(t testing.TB, prefix string, plan faulty.Plan) *Proxy {
	t.Helper()
	p := &Proxy{server: s.Endpoint, plan: plan, calls: map[faulty.Class]int{}}
	p.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, prefix) }))
	p.Endpoint = p.web.URL
	t.Cleanup(func() {
		p.web.CloseClientConnections()
		p.web.Close()
	})
	return p
}

// Calls returns how many requests of each class there were.
func (p *Proxy) Calls() map[faulty.Class]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[faulty.Class]int{}
	for c, n := range p.calls {
		out[c] = n
	}
	return out
}

// Hits returns how many requests a fault befell.
func (p *Proxy) Hits() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hits
}

// methods says which method of a store makes a request.
var methods = map[string]faulty.Method{http.MethodPut: faulty.Put, http.MethodGet: faulty.Get, http.MethodHead: faulty.Stat,
	http.MethodDelete: faulty.Delete}

// classify tells what a request is about.
func classify(r *http.Request, prefix string) (faulty.Class, string) {
	method, key := methods[r.Method], r.URL.Path
	if r.URL.Query().Has("retention") {
		method = map[string]faulty.Method{http.MethodGet: faulty.See, http.MethodPut: faulty.Lock}[r.Method]
	}
	if r.Method == http.MethodGet && r.URL.Query().Get("list-type") != "" {
		method, key = faulty.List, r.URL.Query().Get("prefix")
	} else if _, rest, ok := strings.Cut(strings.TrimPrefix(key, "/"), "/"); ok { // past the bucket
		key = rest
	}
	key = strings.TrimPrefix(strings.TrimPrefix(key, prefix), "/")
	folder, _, _ := strings.Cut(key, "/")
	return faulty.Class{Method: method, Folder: folder}, key
}

// begin asks the plan about a request.
func (p *Proxy) begin(r *http.Request, prefix string) (faulty.Fault, int) {
	c, key := classify(r, prefix)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.calls[c]++
	f := faulty.None
	switch {
	case p.gone:
		return Reset, p.n
	case p.more > 0:
		p.more--
		return SlowDown, p.n
	case p.plan != nil:
		f = p.plan(faulty.Call{Class: c, Name: key, N: p.n, Nth: p.calls[c]})
	}
	if f != faulty.None {
		p.hits++
	}
	switch f {
	case SlowDown:
		p.more = 2
	case Gone:
		p.gone = true
		f = ResetDone
	}
	return f, p.n
}

// serve passes a request on, or does not.
func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, prefix string) {
	f, n := p.begin(r, prefix)
	switch f {
	case Reset:
		reset(w)
		return
	case ResetSent:
		_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
		reset(w)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	switch f {
	case SlowDown:
		refuse(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
		return
	case Stall:
		<-r.Context().Done()
		return
	case FlipSent:
		flip(body, n)
	}
	resp, err := p.pass(r, body)
	if err != nil {
		panic(http.ErrAbortHandler) // the server ended
	}
	p.answer(w, r, f, n, resp)
}

// pass asks the server as the client did: what is signed stays the same.
func (p *Proxy) pass(r *http.Request, body []byte) (*answer, error) {
	target, err := url.Parse(p.server)
	if err != nil {
		return nil, err
	}
	out := r.Clone(r.Context())
	out.RequestURI, out.Body, out.ContentLength = "", io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.URL.Scheme, out.URL.Host, out.Host = target.Scheme, target.Host, r.Host
	if len(body) == 0 {
		out.Body = http.NoBody
	}
	resp, err := passing.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header, length: resp.ContentLength}
	a.body, err = io.ReadAll(resp.Body)
	return a, err
}

// passing changes nothing of what it passes on.
var passing = &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	length int64
	body   []byte
}

// answer gives the server's answer, as far as the fault lets it.
func (p *Proxy) answer(w http.ResponseWriter, r *http.Request, f faulty.Fault, n int, a *answer) {
	half := len(a.body)
	switch f {
	case ResetDone:
		reset(w)
		return
	case Error:
		refuse(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
		return
	case StallDone:
		<-r.Context().Done()
		return
	case Flipped:
		flip(a.body, n)
	case Cut, StallHalf:
		if half /= 2; len(a.body) == 0 {
			reset(w)
			return
		}
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.length >= 0 {
		w.Header().Set("Content-Length", fmt.Sprint(a.length))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:half])
	if half == len(a.body) {
		return
	}
	_ = http.NewResponseController(w).Flush()
	if f == StallHalf {
		<-r.Context().Done()
	}
	panic(http.ErrAbortHandler) // the connection is closed before the answer is whole
}

// reset ends the connection as a machine does that has crashed.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

// refuse answers as S3 refuses.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

// flip changes one bit, another one for each request.
func flip(body []byte, n int) {
	if len(body) > 0 {
		bit := n * 7919 % (8 * len(body))
		body[bit/8] ^= 1 << (bit % 8)
	}
}
