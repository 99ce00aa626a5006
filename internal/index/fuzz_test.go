package index

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// mend gives all sums that a spoilt table needs to be read further, so that what lies behind them is reached.
func mend(b []byte) {
	if len(b) < blockSize {
		return
	}
	copy(b, magic)
	copy(b[len(magic):], testRepo[:])
	l := &layout{salt: be32(b[24:])}
	binary.BigEndian.PutUint64(b[28:], uint64(len(b)))
	binary.BigEndian.PutUint32(b[blockRoom:], l.sum(0, b[:blockRoom]))
	l, err := decodeLayout(b[:blockSize], uint64(len(b)), testRepo)
	if err != nil {
		return
	}
	front := b[l.front : l.front+l.frontSize()]
	sums := l.writer(&memory{b}, secSums)
	for i := range l.spans[secSums].n {
		sums.add(binary.BigEndian.AppendUint32(nil, l.sum(l.front+i*frontUnit, front[i*frontUnit:min((i+1)*frontUnit, l.frontSize())])))
	}
	_ = sums.finish()
	for sec, s := range l.spans[:secSums] {
		for at := s.at; at < s.at+blocksOf(sec, s.n)*blockSize; at += blockSize {
			block := b[at : at+blockSize]
			binary.BigEndian.PutUint32(block[blockRoom:], l.sum(at, block[:blockRoom]))
		}
	}
	binary.BigEndian.PutUint32(b[blockRoom:], l.sum(0, b[:blockRoom])) // where sections overlap it
}

// FuzzTable reads tables with two places written over, the sums mended or not. Nothing may panic, and what is found must have the id.
func FuzzTable(f *testing.F) {
	s := newSubject(f, 20)
	whole, err := newTable(s.b, testRepo)
	if err != nil {
		f.Fatal(err)
	}
	for sec, sp := range s.l.spans {
		f.Add(uint32(sp.at), []byte{255, 255}, uint32(36+16*sec), []byte{0, 0, 0}, true)
	}
	f.Add(uint32(s.l.front), []byte{0, 0, 0, 1, 255}, uint32(36+16*sections), []byte{0}, true)
	f.Add(uint32(s.l.spans[secPacks].at+packCount), []byte{9, 9}, uint32(0), []byte{}, true)
	f.Add(uint32(s.l.spans[secRecords].at+recNumber), []byte{9, 9}, uint32(9), []byte{1}, false)
	f.Fuzz(func(t *testing.T, at1 uint32, with1 []byte, at2 uint32, with2 []byte, mended bool) {
		b := bytes.Clone(s.b)
		copy(b[int(at1)%len(b):], with1)
		copy(b[int(at2)%len(b):], with2)
		if mended {
			mend(b)
		}
		tab, err := newTable(b, testRepo)
		if err != nil {
			return
		}
		for _, id := range s.absent {
			if tab.has(&id) && !mended {
				t.Error("an absent chunk is found")
			}
			tab.lookup(nil, &id)
		}
		for id := range s.want {
			tab.has(&id)
			tab.lookup(nil, &id)
		}
		_, _ = tab.sources()
		_, _ = tab.packsAfter(nil, 3)
		_ = writeTable(&memory{}, testRepo, []*run{tab.run(), whole.run()})
	})
}
