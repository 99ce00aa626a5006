package verify

import (
	"bytes"
	"testing"

	"backup_projeto/internal/core"
)

// FuzzProof reads what a machine remembers of earlier runs.
func FuzzProof(f *testing.F) {
	p := readProof("", core.UUID{1}, nil)
	p.add(&core.ID{1}, reading{1, 1})
	p.add(&core.ID{2}, reading{2 | readBad, -1})
	p.last = 3
	data := p.encode()
	f.Add(data)
	f.Add(data[:len(data)-4])
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &proof{repo: core.UUID{1}, read: map[core.ID]reading{}}
		err := p.decode(bytes.NewReader(data), func(id *core.ID) bool { return id[0] != 2 })
		if len(p.read) > len(data)/proofItem {
			t.Errorf("%d packs in %d bytes", len(p.read), len(data))
		}
		if _, ok := p.read[core.ID{2}]; ok && err == nil {
			t.Error("a pack that is not listed is remembered")
		}
	})
}
