package verify

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"backup_projeto/internal/report"
)

// TestMemoryOfData stops the reading of several packs shortly before their ends, when all are being read: what is held then are segments, not packs.
func TestMemoryOfData(t *testing.T) {
	p := newPlace(t)
	const packs, size = 4, 12 << 20
	for i := range packs {
		p.save(fmt.Sprint(i), files{"f": random(uint64(i), size)})
	}
	r, s := p.spied()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var arrived sync.WaitGroup
	arrived.Add(packs)
	release := make(chan struct{})
	s.body = func(name string, length int64, body io.ReadCloser) io.ReadCloser {
		if !strings.HasPrefix(name, "packs/") || length < size/2 {
			return body
		}
		return &halt{ReadCloser: body, left: length - 64<<10, reached: func() {
			arrived.Done()
			select {
			case <-release:
			case <-ctx.Done():
			}
		}}
	}
	before, during := heap(), uint64(0)
	go func() {
		arrived.Wait()
		during = heap()
		close(release)
	}()
	res, err := Run(ctx, r, Options{DataPercent: 100, Parallel: packs}, &report.Discard{})
	must(t, err)
	<-release
	if res.BytesRead < packs*size {
		t.Errorf("%d bytes read", res.BytesRead)
	}
	if grown := int64(during) - int64(before); grown > packs*size/2 {
		t.Errorf("%d bytes are held while packs of %d are read", grown, packs*size)
	}
}

// halt is a reader that stops for a while when it has given so many bytes.
type halt struct {
	io.ReadCloser
	left    int64
	reached func()
}

func (h *halt) Read(p []byte) (int, error) {
	if h.left <= 0 && h.reached != nil {
		h.reached()
		h.reached = nil
	}
	if h.left > 0 {
		p = p[:min(int64(len(p)), h.left)]
	}
	n, err := h.ReadCloser.Read(p)
	h.left -= int64(n)
	return n, err
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what a pool holds goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
