package keys

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

func revocation(t testing.TB) (*Keyring, *Revocation) {
	t.Helper()
	k := ring(t)
	slot, _, err := New(k, Secret{Lock: Device, Value: NewDeviceKey(k.Repo).Key}, "casa", true, 7)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Revoke(k, slot, true, []core.ID{{3}, {1}, {3}, {2}}, 9)
	if err != nil {
		t.Fatal(err)
	}
	return k, v
}

func TestRevocation(t *testing.T) {
	k, v := revocation(t)
	got, err := DecodeRevocation(v.Encode())
	if err != nil || !bytes.Equal(got.Encode(), v.Encode()) || !got.Certified(k.Admin) {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Slot != v.Slot || got.Label != "casa" || !got.WriteOnly || got.Lock != Device || got.Created != 7 || got.Revoked != 9 || !got.Believed ||
		!slices.Equal(got.Kept, []core.ID{{1}, {2}, {3}}) || !got.Keeps(core.ID{2}) || got.Keeps(core.ID{4}) {
		t.Errorf("%+v", got)
	}
	lost, err := Revoke(k, &Slot{ID: v.Slot, Lock: Device, WriteOnly: true, Verifier: v.Verifier}, false, nil, 9)
	if err != nil || got.Admission() || !lost.Admission() {
		t.Errorf("%v; the revocation of a slot is an admission: %v, of none: %v", err, got.Admission(), lost.Admission())
	}
	if other := ring(t); got.Certified(other.Admin) {
		t.Error("another repository's key certified it")
	}
	data := v.Encode()
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if got, err := DecodeRevocation(bad); err == nil && got.Certified(k.Admin) {
			t.Errorf("byte %d changed, and it is certified", i)
		}
	}
	for _, kept := range [][]core.ID{{{2}, {1}}, {{1}, {1}}} {
		v.Kept = kept
		if _, err := DecodeRevocation(v.Encode()); !errors.Is(err, ErrFormat) {
			t.Errorf("%v: %v", kept, err)
		}
	}
	if _, err := Revoke(k, &Slot{ID: crypto.NewUUID(), Verifier: v.Verifier}, false, make([]core.ID, maxKept+1), 1); !errors.Is(err, ErrFormat) {
		t.Errorf("too many: %v", err)
	}
}

func FuzzDecodeRevocation(f *testing.F) {
	_, v := revocation(f)
	f.Add(v.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := DecodeRevocation(data); err == nil && !bytes.Equal(v.Encode(), data) {
			t.Error("accepted a revocation that encodes otherwise")
		}
	})
}
