package formattest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/gc"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
)

// sessionText and markText are the CBOR of a session and of a mark, as the document has them.
func sessionText(prune bool, began int64, host string, knows ...byte) []byte {
	b := cbor.AppendBool(cbor.AppendUint(cbor.AppendMap(nil, 4), 1), prune)
	b = cbor.AppendInt(cbor.AppendUint(b, 2), began)
	b = cbor.AppendText(cbor.AppendUint(b, 3), host)
	return cbor.AppendBytes(cbor.AppendUint(b, 4), knows)
}

func markText(swept bool, made int64, condemned, copies, snapshots []byte) []byte {
	b := cbor.AppendBool(cbor.AppendUint(cbor.AppendMap(nil, 5), 1), swept)
	b = cbor.AppendInt(cbor.AppendUint(b, 2), made)
	for i, ids := range [][]byte{condemned, copies, snapshots} {
		b = cbor.AppendBytes(cbor.AppendUint(b, uint64(3+i)), ids)
	}
	return b
}

func flightVector(t *testing.T, v *vector) {
	mark, snapshot := mustHex("019b76da41007000800000000000000c"), mustHex("019b76da41007000800000000000000a")
	pack := id("hello")
	v.hex("session", sessionText(false, created, "casa", mark...))
	v.hex("mark", markText(false, created, pack[:], nil, snapshot))
	s := &gc.Session{Created: created, Host: "casa", Knows: []core.UUID{core.UUID(mark)}}
	m := &gc.Mark{Created: created, Condemned: []core.ID{pack}, Snapshots: []core.UUID{core.UUID(snapshot)}}
	if err := same(s.Encode(), sessionText(false, created, "casa", mark...), nil); err != nil {
		t.Error(err)
	}
	if err := same(m.Encode(), markText(false, created, pack[:], nil, snapshot), nil); err != nil {
		t.Error(err)
	}
}

// TestFlight opens a session and a mark that the program made as the document says.
func TestFlight(t *testing.T) {
	s, r := newRepository(t, repo.Options{})
	pack := id("pack")
	if _, err := r.PutMark(t.Context(), &gc.Mark{Created: created, Condemned: []core.ID{pack}}); err != nil {
		t.Fatal(err)
	}
	prune, err := r.BeginPrune(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer prune.Close()
	ring := r.Keyring()
	open := func(folder, magic, kind string) []byte {
		t.Helper()
		name := ""
		for info, err := range s.List(t.Context(), folder+"/") {
			if err != nil || name != "" {
				t.Fatal(info, err)
			}
			name = info.Name
		}
		data, err := storage.ReadAll(t.Context(), s, name, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		object, err := core.ParseUUID(strings.TrimPrefix(name, folder+"/"))
		if err != nil || object[6]>>4 != 7 {
			t.Fatalf("%s: %v", name, err)
		}
		ctx := crypto.Context(r.Header().ID, crypto.Kind(kind), object[:])
		if string(data[:8]) != magic || !bytes.Equal(data[8:24], ring.Slot[:]) || !bytes.Equal(data[24:56], ring.Signer.Verifier()) ||
			!crypto.Verify(data[24:56], slices.Concat(ctx, ring.Slot[:]), data[120:], data[56:120]) {
			t.Fatalf("the head of %s is not as the document says", name)
		}
		plain, err := crypto.OpenOnce(ring.Writer.ManifestKey(), ctx, data[120:])
		if err == nil {
			plain, err = crypto.Unpad(plain)
		}
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	if err := same(open("gc", "bp-mark1", "gc"), markText(false, created, pack[:], nil, nil), nil); err != nil {
		t.Error(err)
	}
	session, err := gc.DecodeSession(open("sessions", "bp-sess1", "session"))
	if err != nil || !session.Prune || len(session.Knows) != 0 {
		t.Fatalf("%+v, %v", session, err)
	}
	if err := same(session.Encode(), sessionText(true, session.Created, session.Host), nil); err != nil {
		t.Error(err)
	}
}
