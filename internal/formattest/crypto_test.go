package formattest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
)

// vectors makes each block of the document.
var vectors = map[string]func(*testing.T, *vector){
	"cbor":      cborVector,
	"context":   contextVector,
	"derive":    deriveVector,
	"id":        idVector,
	"gear":      gearVector,
	"signature": signatureVector,
	"seal-once": sealOnceVector,
	"read-key":  readKeyVector,
	"seal-part": sealPartVector,
	"code":      codeVector,
	"slot":      slotVector,
	"revoked":   revokedVector,
	"config":    configVector,
	"footer":    footerVector,
	"padding":   paddingVector,
	"entry":     entryVector,
	"directory": directoryVector,
	"manifest":  manifestVector,
	"pin":       pinVector,
	"flight":    flightVector,
	"settings":  settingsVector,
	"parity":    parityVector,
}

var repository = core.UUID{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}

// count returns n bytes that count up.
func count(from byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = from + byte(i)
	}
	return b
}

func writer() crypto.WriterSecret { return count(0x00, 32) }

func readKey(t *testing.T) *crypto.ReadKey {
	t.Helper()
	k, err := crypto.ParseReadKey(count(0x20, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func cborVector(_ *testing.T, v *vector) {
	for _, n := range []uint64{0, 23, 24, 255, 256, 65536, 1 << 32} {
		v.hex(fmt.Sprint(n), cbor.AppendUint(nil, n))
	}
	v.hex("-1", cbor.AppendInt(nil, -1))
	v.hex("-1000000000", cbor.AppendInt(nil, -1000000000))
	v.hex("bytes 00 01", cbor.AppendBytes(nil, []byte{0, 1}))
	v.hex("text U+00E7", cbor.AppendText(nil, "ç"))
	v.hex("[1, true]", cbor.AppendBool(cbor.AppendUint(cbor.AppendArray(nil, 2), 1), true))
	v.hex("{1: 2, 24: []}", cbor.AppendArray(cbor.AppendUint(cbor.AppendUint(cbor.AppendUint(cbor.AppendMap(nil, 2), 1), 2), 24), 0))
}

func contextVector(_ *testing.T, v *vector) {
	v.hex("index", crypto.Context(repository, crypto.KindIndex, nil))
	v.hex("segment 3", crypto.Context(repository, crypto.KindSegment, []byte{0, 0, 0, 3}))
}

func deriveVector(_ *testing.T, v *vector) {
	w := writer()
	v.hex("id", w.IDKey())
	v.hex("chunking", w.ChunkKey())
	v.hex("index", w.IndexKey())
	v.hex("manifest", w.ManifestKey())
	v.hex("config", w.ConfigKey())
}

func idVector(_ *testing.T, v *vector) {
	h := crypto.NewIDHasher(writer().IDKey())
	for _, s := range []string{"", "hello"} {
		id := h.Sum([]byte(s))
		v.hex(fmt.Sprintf("%q", s), id[:])
	}
}

// content is what the gear vector cuts: SHA-256(u32(0)) ‖ SHA-256(u32(1)) ‖ …
func content(n int) []byte {
	b := make([]byte, 0, n)
	for i := 0; len(b) < n; i++ {
		h := crypto.Hash([]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
		b = append(b, h[:]...)
	}
	return b[:n]
}

func gearVector(_ *testing.T, v *vector) {
	var table [2048]byte
	crypto.Stream(writer().ChunkKey(), "gear", table[:])
	v.hex("gear[0]", table[:8])
	v.hex("gear[255]", table[2040:])
	cutter, data, lengths := chunk.New(writer().ChunkKey(), chunk.Default), content(2<<20), ""
	for len(data) > 0 {
		n := cutter.Next(data)
		lengths += fmt.Sprint(n, " ")
		data = data[n:]
	}
	v.add("lengths", lengths[:len(lengths)-1])
}

func signatureVector(t *testing.T, v *vector) {
	s, ctx := crypto.NewSigner(count(0x40, 32)), crypto.Context(repository, crypto.KindIndex, nil)
	sig := s.Sign(ctx, []byte("hello"))
	if !crypto.Verify(s.Verifier(), ctx, []byte("hello"), sig) {
		t.Error("does not verify")
	}
	v.hex("verifier", s.Verifier())
	v.hex("signature", sig)
}

func sealOnceVector(t *testing.T, v *vector) {
	key, ctx := writer().IndexKey(), crypto.Context(repository, crypto.KindIndex, nil)
	v.sealed(t, "sealed", func(b []byte) error {
		plain, err := crypto.OpenOnce(key, ctx, b)
		return same(plain, []byte("hello"), err)
	}, func() ([]byte, error) { return crypto.SealOnce(key, ctx, []byte("hello")), nil })
}

// same returns an error unless err is nil and got is want.
func same(got, want []byte, err error) error {
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("it holds %x, want %x", got, want)
	}
	return err
}

func readKeyVector(t *testing.T, v *vector) {
	k := readKey(t)
	public := crypto.Hash(k.Public().Bytes())
	v.hex("public SHA-256", public[:])
	v.hex("admin seed", k.Admin().Seed())
	v.hex("admin verifier", k.Admin().Verifier())
}

// sealPartVector has an object key of fixed bytes, sealed at random, and what it makes of a segment.
func sealPartVector(t *testing.T, v *vector) {
	k, ctx, secret := readKey(t), crypto.Context(repository, crypto.KindPack, nil), count(0x60, 32)
	v.hex("object key", secret)
	sealed := v.sealed(t, "sealed", func(b []byte) error {
		plain, err := k.Open(ctx, b)
		return same(plain, secret, err)
	}, func() ([]byte, error) { return k.Public().Seal(ctx, secret) })
	key, err := k.OpenObjectKey(repository, crypto.KindPack, nil, sealed)
	if err != nil {
		t.Fatal(err)
	}
	v.hex("part", key.Seal(nil, crypto.KindSegment, 3, []byte("hello")))
}

func codeVector(t *testing.T, v *vector) {
	code := count(0x00, 20)
	text := keys.FormatCode(code)
	v.hex("bytes", code)
	v.add("code", text)
	back, err := keys.ParseCode(" bp" + text[2:] + "\n")
	if err := same(back, code, err); err != nil {
		t.Error(err)
	}
	v.hex("lock key", crypto.CodeKey(code, count(0x80, 32)))
}

// slotVector is a whole slot object; the config vector belongs to the same repository.
func slotVector(t *testing.T, v *vector) {
	const passphrase = "três tigres tristes"
	secret := keys.Secret{Lock: keys.Passphrase, Value: []byte(passphrase)}
	v.add("passphrase", passphrase)
	v.hex("its bytes", []byte(passphrase))
	data := v.sealed(t, "object", func(b []byte) error {
		slot, err := keys.Decode(b)
		if err != nil {
			return err
		}
		ring, err := slot.Open(secret)
		if err != nil {
			return err
		}
		return same(append(ring.Read.Seed(), ring.Writer...), append(count(0x20, 32), writer()...), nil)
	}, func() ([]byte, error) {
		k := readKey(t)
		ring := &keys.Keyring{Repo: repository, Writer: writer(), Public: k.Public(), Admin: k.Admin().Verifier(), Read: k}
		slot, _, err := keys.New(ring, secret, "vetores", false, 1767225600000000000)
		if err != nil {
			return nil, err
		}
		return slot.Encode(), nil
	})
	slot, err := keys.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	lock := crypto.PassphraseKey(passphrase, slot.Salt, slot.Argon)
	ring, err := crypto.OpenOnce(lock, crypto.Context(repository, crypto.KindSlot, slot.ID[:]), slot.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	v.add("slot id", slot.ID.String())
	v.hex("salt", slot.Salt)
	v.hex("lock key", lock)
	v.hex("keyring", ring)
	v.hex("certificate", slot.Cert)
}

// mustHex decodes a constant.
func mustHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}
