package formattest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
)

// pinned is the CBOR of a pin, as the document has it.
func pinned(snapshot core.UUID, at int64) []byte {
	b := cbor.AppendBytes(cbor.AppendUint(cbor.AppendMap(nil, 2), 1), snapshot[:])
	return cbor.AppendInt(cbor.AppendUint(b, 2), at)
}

func pinVector(_ *testing.T, v *vector) {
	v.hex("pin", pinned(core.UUID(mustHex("019b76da41007000800000000000000a")), created))
}

// TestPin opens a pin that the program made as the document says.
func TestPin(t *testing.T) {
	s, r := newRepository(t, repo.Options{})
	snapshot := core.UUID(count(0xb0, 16))
	if _, err := r.Pin(t.Context(), snapshot, created); err != nil {
		t.Fatal(err)
	}
	name := ""
	for info, err := range s.List(t.Context(), "pins/") {
		if err != nil || name != "" {
			t.Fatal(info, err)
		}
		name = info.Name
	}
	data, err := storage.ReadAll(t.Context(), s, name, 16<<10)
	if err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(strings.TrimPrefix(name, "pins/"), ".")
	pin, err := core.ParseUUID(second)
	if err != nil || first != snapshot.String() {
		t.Fatalf("%s: %v", name, err)
	}
	ctx := crypto.Context(r.Header().ID, "pin", append(snapshot[:], pin[:]...))
	ring := r.Keyring()
	if string(data[:8]) != "bp-pins1" || !bytes.Equal(data[8:24], ring.Slot[:]) || !bytes.Equal(data[24:56], ring.Signer.Verifier()) ||
		!crypto.Verify(data[24:56], slices.Concat(ctx, ring.Slot[:]), data[120:], data[56:120]) {
		t.Fatal("the head is not as the document says")
	}
	plain, err := crypto.OpenOnce(ring.Writer.ManifestKey(), ctx, data[120:])
	if err == nil {
		plain, err = crypto.Unpad(plain)
	}
	if err := same(plain, pinned(snapshot, created), err); err != nil {
		t.Error(err)
	}
}
