package keys

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

func ring(t testing.TB) *Keyring {
	t.Helper()
	k, err := NewKeyring(crypto.NewUUID())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func secrets(k *Keyring) []Secret {
	return []Secret{{Lock: Passphrase, Value: []byte("senha boa")}, {Lock: Recovery, Value: NewCode()}, NewDeviceKey(k.Repo).Secret()}
}

func TestEachLockOpens(t *testing.T) {
	k := ring(t)
	for _, secret := range secrets(k) {
		made, mine, err := New(k, secret, "máquina", false, 7)
		if err != nil {
			t.Fatal(err)
		}
		slot, err := Decode(made.Encode())
		if err != nil {
			t.Fatal(err)
		}
		got, err := slot.Open(secret)
		if err != nil {
			t.Fatalf("lock %d: %v", secret.Lock, err)
		}
		if !bytes.Equal(got.Writer, k.Writer) || !bytes.Equal(got.Read.Seed(), k.Read.Seed()) || got.Slot != mine.Slot || !slot.Certified(k.Admin) {
			t.Errorf("lock %d opens something else", secret.Lock)
		}
		wrong := secret
		wrong.Value = append([]byte("x"), secret.Value[1:]...)
		if _, err := slot.Open(wrong); !errors.Is(err, ErrNoMatch) {
			t.Errorf("lock %d: wrong secret gives %v", secret.Lock, err)
		}
	}
}

func TestWriteOnlyHoldsNoReadKey(t *testing.T) {
	k := ring(t)
	secret := NewDeviceKey(k.Repo).Secret()
	slot, mine, err := New(k, secret, "ci", true, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := slot.Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	if got.Read != nil || mine.Read != nil || !bytes.Equal(got.Public.Bytes(), k.Public.Bytes()) || !bytes.Equal(got.Admin, k.Admin) {
		t.Error("a write-only slot holds the wrong keys")
	}
	plain, err := crypto.OpenOnce(slot.lockKey(secret), slot.context(crypto.KindSlot), slot.Sealed)
	if err != nil || bytes.Contains(plain, k.Read.Seed()) {
		t.Error("the read key is in a write-only slot")
	}
}

func TestForgedCertificate(t *testing.T) {
	k := ring(t)
	secret := NewDeviceKey(k.Repo).Secret()
	slot, _, err := New(k, secret, "a", true, 0)
	if err != nil {
		t.Fatal(err)
	}
	slot.Label = "b"
	if slot.Certified(k.Admin) {
		t.Error("a changed label is certified")
	}
	if _, err := slot.Open(secret); err == nil {
		t.Error("a changed slot opens")
	}
}

func TestRecoveryCodeKept(t *testing.T) {
	k := ring(t)
	code := NewCode()
	slot, _, err := New(k, Secret{Lock: Recovery, Value: code}, "", false, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := slot.Code(k); err != nil || !bytes.Equal(got, code) {
		t.Errorf("Code = %x, %v", got, err)
	}
	if _, err := slot.Code(&Keyring{}); err == nil {
		t.Error("the code shows without the read key")
	}
}

func TestCodeSurvivesTyping(t *testing.T) {
	for i := range 200 {
		code := NewCode()
		if i == 0 {
			code[0], code[1] = 11<<3|22>>2, 22&3<<6 // its symbols begin with BP
		}
		s := FormatCode(code)
		for _, typed := range []string{s, strings.ToLower(s), strings.ReplaceAll(s, "-", " "), strings.ReplaceAll(s, "0", "O"),
			strings.ReplaceAll(s, "1", "l"), strings.TrimPrefix(s, "BP-"), " " + s + "\n"} {
			if got, err := ParseCode(typed); err != nil || !bytes.Equal(got, code) {
				t.Fatalf("ParseCode(%q) = %x, %v", typed, got, err)
			}
		}
	}
	s := FormatCode(NewCode())
	for i := range s {
		for _, c := range "0Z" {
			bad := s[:i] + string(c) + s[i+1:]
			if _, err := ParseCode(bad); err == nil && i > 2 && s[i] != byte(c) && s[i] != '-' {
				t.Errorf("%q for %q passes", bad, s)
			}
		}
	}
}

func TestDeviceKeyFile(t *testing.T) {
	k := NewDeviceKey(crypto.NewUUID())
	got, err := ParseDeviceKey(k.Encode())
	if err != nil || got.Repo != k.Repo || got.Slot != k.Slot || !bytes.Equal(got.Key, k.Key) {
		t.Errorf("ParseDeviceKey = %v, %v", got, err)
	}
	for _, bad := range []string{"", "{}", "null", strings.Replace(string(k.Encode()), `"slot"`, `"slat"`, 1)} {
		if _, err := ParseDeviceKey([]byte(bad)); !errors.Is(err, ErrDeviceFile) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	k := ring(f)
	for _, s := range secrets(k)[1:] {
		slot, _, err := New(k, s, "l", false, 1)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(slot.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := Decode(data); err == nil && !bytes.Equal(s.Encode(), data) {
			t.Error("accepted a slot that encodes otherwise")
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add(FormatCode(NewCode()))
	f.Fuzz(func(t *testing.T, s string) {
		if code, err := ParseCode(s); err == nil {
			if again, err := ParseCode(FormatCode(code)); err != nil || !bytes.Equal(again, code) {
				t.Error("a code does not survive printing")
			}
		}
	})
}

func FuzzKeyring(f *testing.F) {
	k := ring(f)
	k.Signer = crypto.NewSigner(make([]byte, crypto.KeySize))
	f.Add(k.encode(), false)
	device := *k
	device.Read, device.Public, device.Admin = nil, k.Read.Public(), k.Read.Admin().Verifier()
	f.Add(device.encode(), true)
	f.Fuzz(func(t *testing.T, plain []byte, writeOnly bool) {
		k, err := (&Slot{WriteOnly: writeOnly}).decodeKeyring(plain)
		if err == nil && (k.Public == nil || len(k.Admin) == 0 && !writeOnly || (k.Read == nil) != writeOnly) {
			t.Errorf("accepted a keyring that lacks keys: %+v", k)
		}
	})
}

func FuzzParseDeviceKey(f *testing.F) {
	f.Add((&DeviceKey{core.UUID{1}, core.UUID{2}, make([]byte, crypto.KeySize)}).Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := ParseDeviceKey(data)
		if err != nil {
			return
		}
		if again, err := ParseDeviceKey(k.Encode()); err != nil || !bytes.Equal(again.Key, k.Key) || again.Repo != k.Repo || again.Slot != k.Slot {
			t.Error("a device key does not survive writing")
		}
	})
}
