package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"backup_projeto/internal/storage"
)

// TestResumes: a body that breaks off goes on where it was, of the same object.
func TestResumes(t *testing.T) {
	whole := object(content, `"e"`)
	for _, cuts := range [][]int64{{100}, {0}, {1, 1, 1}, {70_000, 70_000, 70_000}, {100_000, 0, 100_000}} {
		for _, span := range [][2]int64{{0, -1}, {0, int64(len(content))}, {1000, 250_000}, {1000, -1}, {5, 1 << 40}} {
			var answers []reply
			for _, n := range cuts {
				answers = append(answers, cutAfter(whole, n))
			}
			s, service := scripted(t, Config{}, append(answers, whole)...)
			got, err := read(t, s, "config", span[0], span[1])
			want := content[span[0]:]
			if span[1] >= 0 {
				want = want[:min(span[1], int64(len(want)))]
			}
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("cut at %v, range %v: %d bytes, %v, want %d", cuts, span, len(got), err, len(want))
			}
			for i, r := range wantRequests(t, service, len(cuts)+1) {
				if tag := r.Header.Get("If-Match"); (tag == `"e"`) != (i > 0) {
					t.Errorf("request %d asks for the object %q", i, tag)
				}
			}
		}
	}
}

// TestResumesOverTCP: the same with a real server that closes the connection.
func TestResumesOverTCP(t *testing.T) {
	isolate(t)
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := 0
		if h := r.Header.Get("Range"); h != "" {
			fmt.Sscanf(h, "bytes=%d-", &from)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		}
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(content)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		if asked.Add(1) > 4 {
			w.Write(content[from:])
			return
		}
		w.Write(content[from : from+50_000])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	s := opened(t, Config{Endpoint: server.URL})
	got, err := read(t, s, "config", 0, -1)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v, want %d", len(got), err, len(content))
	}
}

// TestCutAgainAndAgain: a body that does not get on is given up, and never ends early without an error.
func TestCutAgainAndAgain(t *testing.T) {
	s, service := scripted(t, Config{}, cutAfter(object(content, `"e"`), 10))
	got, err := read(t, s, "config", 0, -1)
	wantCode(t, "Read", err, storage.Network)
	if !bytes.HasPrefix(content, got) {
		t.Error("what came before the end is not the object's beginning")
	}
	wantRequests(t, service, 1+maxCuts)

	// One that gets on each time is read to its end, however often it breaks off.
	s, service = scripted(t, Config{}, cutAfter(object(content, `"e"`), gotOn))
	if got, err := read(t, s, "config", 0, -1); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if n := len(service.requests()); n < 4 {
		t.Errorf("only %d requests", n)
	}

	r, err := s.Get(t.Context(), "config", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	r.(*reader).err = errors.New("sticky")
	for range 2 {
		if _, err := r.Read(make([]byte, 10)); err == nil || err.Error() != "sticky" {
			t.Errorf("Read after an error: %v", err)
		}
	}
}

// TestChangedWhileRead: parts of two objects are never put together.
func TestChangedWhileRead(t *testing.T) {
	s, _ := scripted(t, Config{}, cutAfter(object(content, `"e"`), 1000), object(content, `"other"`))
	_, err := read(t, s, "config", 0, -1)
	wantCode(t, "Read", err, storage.Corrupt)
}

// TestGoneWhileRead: an object that is deleted while it is read is absent.
func TestGoneWhileRead(t *testing.T) {
	s, _ := scripted(t, Config{}, cutAfter(object(content, `"e"`), 1000), fails(404, "NoSuchKey", "The specified key does not exist."))
	_, err := read(t, s, "config", 0, -1)
	wantCode(t, "Read", err, storage.NotFound)
}

// TestWithoutRanges: a service that answers a range with the whole object is read from the start and thrown away.
func TestWithoutRanges(t *testing.T) {
	whole := gives(200, string(content), `ETag: "e"`)
	size := int64(len(content))
	for _, answers := range [][]reply{{whole}, {cutAfter(whole, 5000), whole}, {cutAfter(whole, 150_000), cutAfter(whole, 200_000), whole}} {
		for _, span := range [][2]int64{{0, 10}, {1000, 100_000}, {1000, -1}, {size - 1, 10}, {size, 10}, {size + 1, -1}, {size + 1, 10}} {
			s, _ := scripted(t, Config{}, answers...)
			got, err := read(t, s, "config", span[0], span[1])
			want := content[min(span[0], size):]
			if span[1] >= 0 {
				want = want[:min(span[1], int64(len(want)))]
			}
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("range %v: %d bytes, %v, want %d", span, len(got), err, len(want))
			}
		}
	}
}

// TestOtherRange: a service that answers another range than the one asked for is not believed.
func TestOtherRange(t *testing.T) {
	for _, header := range []string{"bytes 0-9/100", "bytes 11-20/100", "bytes */100", "nonsense"} {
		s, _ := scripted(t, Config{}, gives(206, "0123456789", `ETag: "e"`, "Content-Range: "+header))
		_, err := read(t, s, "config", 10, 10)
		wantCode(t, header, err, storage.Corrupt)
	}
}

// TestNoLength: an answer that does not say how long it is is read to its end.
func TestNoLength(t *testing.T) {
	s, _ := scripted(t, Config{}, func(r request) (*http.Response, error) {
		resp, err := gives(200, string(content), `ETag: "e"`)(r)
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
		return resp, err
	})
	if got, err := read(t, s, "config", 0, -1); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}

// TestCancelWhileRead: the context ends a Read, also one that waits to go on.
func TestCancelWhileRead(t *testing.T) {
	s, _ := scripted(t, Config{}, object(content, `"e"`), cutAfter(object(content, `"e"`), 10))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := s.Get(ctx, "config", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 100)); err != context.Canceled {
		t.Errorf("Read: %v, want context.Canceled as it is", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestNegativeOffset(t *testing.T) {
	s, service := scripted(t, Config{}, object(content, `"e"`))
	_, err := s.Get(t.Context(), "config", -1, 5)
	wantCode(t, "Get", err, storage.Other)
	wantRequests(t, service, 0)
}

// TestListing: pages are put together, keys of others are left out, and odd writing is read.
func TestListing(t *testing.T) {
	s, service := scripted(t, Config{Prefix: "a b/é"},
		page(true, "next+1", 3, "a+b/%C3%A9/packs/ab/1", "a+b/%C3%A9/packs/ab/2", "a+b/%C3%A9/packs/"),
		page(true, "next+2", 0),
		page(false, "", 4, "a+b/%C3%A9/packs/ab/3", "a+b/%C3%A9/packs/Foreign.txt", "elsewhere/packs/ab/4", "a+b/%C3%A9/%zz"))
	got, err := list(t, s, "packs/")
	if err != nil || strings.Join(got, " ") != "packs/ab/1 packs/ab/2 packs/ab/3" {
		t.Errorf("List gives %q, %v", got, err)
	}
	for i, r := range wantRequests(t, service, 3) {
		q := r.URL.Query()
		if q.Get("prefix") != "a b/é/packs/" || q.Get("continuation-token") != []string{"", "next+1", "next+2"}[i] {
			t.Errorf("page %d is asked for with %v", i, q)
		}
	}
}

// TestListingCut: whatever is missing of a listing is an error, and the last pair.
func TestListingCut(t *testing.T) {
	first := page(true, "next", 1, "config")
	for name, answers := range map[string][]reply{
		"denied":           {first, fails(403, "AccessDenied", "no")},
		"no way on":        {page(true, "", 1, "config")},
		"entries lack":     {page(false, "", 3, "config", "keys/a")},
		"no listing":       {first, gives(200, "<html></html>")},
		"bucket gone":      {first, fails(404, "NoSuchBucket", "no")},
		"broken off":       {first, cutAfter(listing("keys/a"), 250)},
		"broken off early": {first, cutAfter(listing("keys/a"), 0)},
		"not XML":          {first, gives(200, "<ListBucketResult><IsTruncated>false</IsTruncated><Contents>")},
	} {
		s, _ := scripted(t, Config{}, answers...)
		got, err := list(t, s, "")
		if err == nil {
			t.Errorf("%s: the listing %v passes for whole", name, got)
		}
	}
	// One that breaks off once is asked for again.
	s, _ := scripted(t, Config{}, first, cutAfter(listing("keys/a"), 250), listing("keys/a"))
	if got, err := list(t, s, ""); err != nil || len(got) != 2 {
		t.Errorf("List gives %v, %v", got, err)
	}
}
