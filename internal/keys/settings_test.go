package keys

import (
	"bytes"
	"testing"

	"backup_projeto/internal/crypto"
)

func settings(t testing.TB) (*Settings, *Keyring) {
	t.Helper()
	k, err := NewKeyring(crypto.NewUUID())
	if err != nil {
		t.Fatal(err)
	}
	s := &Settings{ID: crypto.NewUUID(), Created: 1, Parity: 200}
	s.Certify(k)
	return s, k
}

func TestSettings(t *testing.T) {
	s, k := settings(t)
	got, err := DecodeSettings(s.Encode())
	if err != nil || got.Parity != 200 || got.ID != s.ID || !got.Certified(k.Admin) {
		t.Fatalf("%+v, %v", got, err)
	}
	_, other := settings(t)
	if got.Certified(other.Admin) {
		t.Error("certified by another repository's key")
	}
	got.Parity = 0
	if got.Certified(k.Admin) {
		t.Error("changed, and still certified")
	}
	s.Parity = maxParity + 1
	s.Certify(k)
	if _, err := DecodeSettings(s.Encode()); err == nil {
		t.Error("a share that is too large was read")
	}
}

func FuzzDecodeSettings(f *testing.F) {
	s, _ := settings(f)
	f.Add(s.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := DecodeSettings(data); err == nil && !bytes.Equal(s.Encode(), data) {
			t.Error("two encodings of the same settings")
		}
	})
}
