package crypto

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"backup_projeto/internal/core"
)

func TestSealOnceBindsContext(t *testing.T) {
	key := NewWriterSecret().IndexKey()
	repo := NewUUID()
	ctx := Context(repo, KindIndex, nil)
	sealed := SealOnce(key, ctx, []byte("texto"))
	if got, err := OpenOnce(key, ctx, sealed); err != nil || string(got) != "texto" {
		t.Fatalf("OpenOnce = %q, %v", got, err)
	}
	other := NewUUID()
	for name, try := range map[string]func() ([]byte, error){
		"other repository": func() ([]byte, error) { return OpenOnce(key, Context(other, KindIndex, nil), sealed) },
		"other kind":       func() ([]byte, error) { return OpenOnce(key, Context(repo, KindMark, nil), sealed) },
		"other place":      func() ([]byte, error) { return OpenOnce(key, Context(repo, KindIndex, []byte{1}), sealed) },
		"other key":        func() ([]byte, error) { return OpenOnce(NewWriterSecret(), ctx, sealed) },
		"cut":              func() ([]byte, error) { return OpenOnce(key, ctx, sealed[:20]) },
		"empty":            func() ([]byte, error) { return OpenOnce(key, ctx, nil) },
	} {
		if _, err := try(); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: error %v, want ErrOpen", name, err)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := OpenOnce(key, ctx, bad); err == nil {
			t.Fatalf("byte %d flipped and opened", i)
		}
	}
}

func TestObjectKey(t *testing.T) {
	read, err := NewReadKey()
	if err != nil {
		t.Fatal(err)
	}
	pub, err := ParsePublicKey(read.Public().Bytes())
	if err != nil || len(pub.Bytes()) != PublicKeySize {
		t.Fatalf("public key of %d bytes: %v", len(pub.Bytes()), err)
	}
	repo := NewUUID()
	w, sealedKey, err := NewObjectKey(pub, repo, KindPack, nil)
	if err != nil || len(sealedKey) != SealedKeySize {
		t.Fatalf("sealed key of %d bytes: %v", len(sealedKey), err)
	}
	again, err := ParseReadKey(read.Seed())
	if err != nil {
		t.Fatal(err)
	}
	r, err := again.OpenObjectKey(repo, KindPack, nil, sealedKey)
	if err != nil {
		t.Fatal(err)
	}
	sealed := w.Seal(nil, KindSegment, 3, []byte("conteúdo"))
	if got, err := r.Open(nil, KindSegment, 3, sealed); err != nil || string(got) != "conteúdo" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if _, err := r.Open(nil, KindSegment, 4, sealed); !errors.Is(err, ErrOpen) {
		t.Error("a segment opened at another place")
	}
	if _, err := r.Open(nil, KindFooter, 3, sealed); !errors.Is(err, ErrOpen) {
		t.Error("a segment opened as a footer")
	}
	if _, err := again.OpenObjectKey(NewUUID(), KindPack, nil, sealedKey); !errors.Is(err, ErrOpen) {
		t.Error("a key opened in another repository")
	}
	if _, err := again.OpenObjectKey(repo, KindSnapshot, nil, sealedKey); !errors.Is(err, ErrOpen) {
		t.Error("a pack's key opened as a snapshot's")
	}
	if !bytes.Equal(read.Admin().Seed(), again.Admin().Seed()) {
		t.Error("the admin key is not a function of the read key")
	}
}

func TestSignatureBindsContext(t *testing.T) {
	s := RandomSigner()
	ctx := Context(NewUUID(), KindIndex, nil)
	sig := s.Sign(ctx, []byte("a"))
	if !Verify(s.Verifier(), ctx, []byte("a"), sig) {
		t.Fatal("own signature refused")
	}
	if Verify(s.Verifier(), ctx, []byte("b"), sig) || Verify(s.Verifier(), Context(NewUUID(), KindIndex, nil), []byte("a"), sig) ||
		Verify(RandomSigner().Verifier(), ctx, []byte("a"), sig) || Verify(nil, ctx, []byte("a"), sig) {
		t.Error("a signature held for something else")
	}
}

func TestTimeUUIDSorts(t *testing.T) {
	a, b := NewTimeUUID(time.UnixMilli(1000)), NewTimeUUID(time.UnixMilli(1001))
	if bytes.Compare(a[:], b[:]) >= 0 {
		t.Error("version 7 identifiers do not sort by time")
	}
	if back, err := core.ParseUUID(a.String()); err != nil || back != a {
		t.Errorf("ParseUUID(%q) = %v, %v", a, back, err)
	}
}

func TestArgonBounds(t *testing.T) {
	if !DefaultArgon.Valid() {
		t.Error("the default is not valid")
	}
	for _, a := range []Argon{{}, {Time: 1, Memory: 1 << 30, Threads: 1}, {Time: 1 << 30, Memory: 64, Threads: 1}, {Time: 1, Memory: 8, Threads: 4}} {
		if a.Valid() {
			t.Errorf("%+v is valid", a)
		}
	}
}
