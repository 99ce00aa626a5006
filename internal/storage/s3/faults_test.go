//go:build linux || darwin

package s3

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"backup_projeto/internal/core"
	"backup_projeto/internal/faulttest"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/faulty"
	"backup_projeto/internal/storage/s3/s3test"
)

// shortStall is how long nothing may move in these tests, which do not wait for what a person would.
const shortStall = 2 * time.Second

// TestServiceFaults runs every operation of the engine over a real server, behind a proxy that disturbs one request at a time. By default it
// takes one point of each operation; with FAULTS=all every request and every fault:
//
//	FAULTS=all go test -v -parallel 6 -timeout 4h -run TestServiceFaults ./internal/storage/s3 | grep summary
func TestServiceFaults(t *testing.T) {
	server := s3test.StartVersioned(t)
	isolate(t)
	server.Setenv(t)
	for _, c := range []Config{{Bucket: unlocked}, {Bucket: locking, Lock: time.Hour}} {
		if err := opened(t, c).Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var places atomic.Int64
	s := faulttest.Suite{Plan: planned, Fits: tolerates, Faults: disturbances, Open: func(t *testing.T, objects *faulty.Memory, plan faulty.Plan) faulttest.Place {
		return placed(t, server, fmt.Sprint("place-", places.Add(1)), objects, plan)
	}}
	s.Run(t)
}

// The buckets of TestServiceFaults: one keeps no versions, the other has object lock.
const (
	unlocked = "faults"
	locking  = "faults-locked"
)

// placed makes a place in the bucket that can do what the store in memory can.
func placed(t *testing.T, server *s3test.Server, prefix string, objects *faulty.Memory, plan faulty.Plan) faulttest.Place {
	c := Config{Bucket: unlocked, Prefix: prefix}
	length, _ := objects.LockLength()
	if length > 0 {
		c.Bucket = locking
	}
	fill(t, opened(t, c), objects)
	for info := range objects.List(t.Context(), "") {
		data, err := storage.ReadAll(t.Context(), objects, info.Name, core.MaxObject)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, objects.Whole(info.Name)) {
			server.Ruin(t, c.Bucket, prefix+"/"+info.Name, data)
		}
		server.SetTime(t, c.Bucket, prefix+"/"+info.Name, info.ModTime)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Join(server.Bucket(c.Bucket), prefix)) }) // thousands of places would be a full disk
	proxy := server.Proxy(t, prefix, plan)
	c.Lock = length
	disturbed := c
	disturbed.Endpoint, disturbed.HTTP = proxy.Endpoint, impatient()
	return faulttest.Place{Struck: opened(t, disturbed), Healthy: opened(t, c), Calls: proxy.Calls, Hits: proxy.Hits}
}

// TestServiceSilent: where the service goes silent for good, before an answer or in the middle of each, or breaks each off, every call ends after its attempts.
func TestServiceSilent(t *testing.T) {
	server := s3test.Start(t)
	isolate(t)
	server.Setenv(t)
	healthy := opened(t, Config{Bucket: "silent"})
	if err := healthy.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := healthy.Put(t.Context(), "packs/a", make([]byte, 300<<10)); err != nil {
		t.Fatal(err)
	}
	for _, f := range []faulty.Fault{s3test.Stall, s3test.StallDone, s3test.StallHalf, s3test.Cut} {
		proxy := server.Proxy(t, "", func(faulty.Call) faulty.Fault { return f })
		c := impatient()
		c.Transport.(*http.Transport).DialContext = (&dialer{net: net.Dialer{Timeout: connectTime}, stall: 50 * time.Millisecond}).dial
		s := opened(t, Config{Bucket: "silent", Endpoint: proxy.Endpoint, HTTP: c})
		_, err := storage.ReadAll(t.Context(), s, "packs/a", core.MaxObject)
		wantCode(t, string(f)+" Get", err, storage.Network)
		_, err = list(t, s, "packs/")
		wantCode(t, string(f)+" List", err, storage.Network)
		_, err = s.Stat(t.Context(), "packs/a")
		wantCode(t, string(f)+" Stat", err, storage.Network)
		wantCode(t, string(f)+" Put", s.Put(t.Context(), "packs/b", []byte("b")), storage.Network)
		wantCode(t, string(f)+" Create", s.Create(t.Context(), "packs/c", []byte("c")), storage.Network)
		wantCode(t, string(f)+" Delete", s.Delete(t.Context(), "packs/d"), storage.Network)
	}
}

// fill copies objects into a place, and locks those that are locked.
func fill(t *testing.T, to *Store, objects *faulty.Memory) {
	t.Helper()
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for _, name := range objects.Names("") {
		g.Go(func() error {
			if err := to.Put(ctx, name, objects.Whole(name)); err != nil { // a service takes no pack that is not what its name says
				return err
			}
			l, err := objects.LockOf(ctx, name)
			if err != nil || l.Until.Before(time.Now()) {
				return err
			}
			return to.Lock(ctx, name, l)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// impatient is the client of the product, but for how long it waits.
func impatient() *http.Client {
	c := newHTTP(nil)
	c.Transport.(*http.Transport).DialContext = (&dialer{net: net.Dialer{Timeout: connectTime}, stall: shortStall}).dial
	return c
}

func planned(p faulttest.Point) faulty.Plan { return faulty.At(p.Class, p.Nth, p.Fault) }

// disturbances are those that make sense for requests that a method makes.
func disturbances(m faulty.Method) []faulty.Fault {
	every := []faulty.Fault{s3test.Reset, s3test.ResetDone, s3test.SlowDown, s3test.Error, s3test.Stall, s3test.StallDone, s3test.Gone}
	switch m {
	case faulty.Put, faulty.Lock:
		return append(every, s3test.ResetSent, s3test.FlipSent)
	case faulty.See: // a service says without a checksum until when an object is locked
		return append(every, s3test.Cut, s3test.StallHalf)
	case faulty.Get, faulty.List:
		return append(every, s3test.Cut, s3test.StallHalf, s3test.Flipped)
	}
	return every
}

// tolerates says how an operation may end: nothing that passes may be noticed, but for what arrives changed.
func tolerates(p faulttest.Point, err error) bool {
	kind := core.KindOf(err)
	switch p.Fault {
	case s3test.Gone, s3test.FlipSent:
		return err == nil || kind == core.Destination
	case s3test.Flipped:
		return err == nil || kind == core.Destination || kind == core.Damage || core.CodeOf(err) == "newer-format"
	}
	return err == nil
}
