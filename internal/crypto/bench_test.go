package crypto

import "testing"

// BenchmarkPassphraseKey is what one guess at a passphrase costs on this machine; doc/threat-model.md cites it.
func BenchmarkPassphraseKey(b *testing.B) {
	salt := make([]byte, KeySize)
	for b.Loop() {
		PassphraseKey("correct horse battery staple", salt, DefaultArgon)
	}
}

// BenchmarkSealObjectKey and BenchmarkOpenObjectKey are what a pack's key costs its writer and its reader.
func BenchmarkSealObjectKey(b *testing.B) {
	read, err := NewReadKey()
	if err != nil {
		b.Fatal(err)
	}
	repo := NewUUID()
	for b.Loop() {
		if _, _, err := NewObjectKey(read.Public(), repo, KindPack, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenObjectKey(b *testing.B) {
	read, err := NewReadKey()
	if err != nil {
		b.Fatal(err)
	}
	repo := NewUUID()
	_, sealed, err := NewObjectKey(read.Public(), repo, KindPack, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := read.OpenObjectKey(repo, KindPack, nil, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
