package formattest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"testing"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/repo"
	"backup_projeto/internal/storage"
)

// times multiplies in the field that the document says, bit by bit.
func times(a, b byte) (p byte) {
	for ; b > 0; b >>= 1 {
		if b&1 > 0 {
			p ^= a
		}
		carry := a & 0x80
		a <<= 1
		if carry > 0 {
			a ^= 0x1d
		}
	}
	return p
}

func inverse(a byte) byte {
	for b := 1; b < 256; b++ {
		if times(a, byte(b)) == 1 {
			return byte(b)
		}
	}
	return 0
}

// parityObject makes a parity object as the document says, and as slowly as that is.
func parityObject(pack []byte, k int) []byte {
	name := crypto.Hash(pack)
	n := (len(pack) + 4095) / 4096
	columns := (n + 255 - k) / (256 - k)
	padded := append(bytes.Clone(pack), make([]byte, n*4096-len(pack))...)
	coded := make([]byte, k*columns*4096)
	for i := range k {
		for b := range n {
			factor := inverse(byte((256 - k + i) ^ (b / columns)))
			to := coded[(i*columns+b%columns)*4096:]
			for at, x := range padded[b*4096 : (b+1)*4096] {
				to[at] ^= times(x, factor)
			}
		}
	}
	var sums []byte
	for all := append(padded, coded...); len(all) > 0; all = all[4096:] {
		sums = binary.BigEndian.AppendUint32(sums, crc32.Checksum(all[:4096], crc32.MakeTable(crc32.Castagnoli)))
	}
	var table []byte
	for number := uint16(0); len(sums) > 0; number++ {
		page := append([]byte("bp-pari1"), name[:]...)
		page = binary.BigEndian.AppendUint32(page, uint32(len(pack)))
		page = binary.BigEndian.AppendUint16(page, uint16(k))
		page = binary.BigEndian.AppendUint16(page, number)
		some := min(len(sums), 1011*4)
		page, sums = append(page, sums[:some]...), sums[some:]
		table = append(table, binary.BigEndian.AppendUint32(page, crc32.Checksum(page, crc32.MakeTable(crc32.Castagnoli)))...)
	}
	return bytes.Join([][]byte{table, coded, table}, nil)
}

func parityVector(t *testing.T, v *vector) {
	pack := make([]byte, 9000)
	for i := range pack {
		pack[i] = byte(i)
	}
	name := crypto.Hash(pack)
	object, err := parity.Encode(nil, name, pack, 2)
	if err != nil {
		t.Fatal(err)
	}
	v.hex("pack", name[:])
	page := 48 + 4*(3+2) + 4
	v.hex("page", object[:page])
	v.hex("block 0", object[page:page+16])
	v.hex("block 1", object[page+4096:page+4096+16])
	sum := crypto.Hash(object)
	v.hex("SHA-256", sum[:])
}

// TestParity compares parity of packs of several shapes with what the document says.
func TestParity(t *testing.T) {
	for _, c := range []struct{ size, k int }{{9000, 2}, {1, 1}, {8192, 1}, {300*4096 + 5, 5}, {1030 * 4096, 1}, {20 * 4096, 128}} {
		pack := make([]byte, c.size)
		for i := range pack {
			pack[i] = byte(i * i >> 3)
		}
		got, err := parity.Encode(nil, crypto.Hash(pack), pack, c.k)
		if err != nil || !bytes.Equal(got, parityObject(pack, c.k)) {
			t.Errorf("%d bytes with K = %d: not as the document says: %v", c.size, c.k, err)
		}
	}
}

// settingsBody is what the certificate of settings signs.
func settingsBody(n int, repo, id core.UUID, share uint64) []byte {
	b := cbor.AppendUint(cbor.AppendUint(cbor.AppendMap(nil, n), 1), 1)
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), repo[:])
	b = cbor.AppendBytes(cbor.AppendUint(b, 3), id[:])
	b = cbor.AppendInt(cbor.AppendUint(b, 4), created)
	return cbor.AppendUint(cbor.AppendUint(b, 5), share)
}

func settingsVector(t *testing.T, v *vector) {
	read := readKey(t)
	s := &keys.Settings{ID: core.UUID(mustHex("019b76da41007000800000000000000e")), Created: created, Parity: 200}
	s.Certify(&keys.Keyring{Repo: repository, Read: read})
	v.hex("certified", settingsBody(5, repository, s.ID, 200))
	v.hex("object", s.Encode())
	want := cbor.AppendBytes(cbor.AppendUint(settingsBody(6, repository, s.ID, 200), 6), read.Admin().Sign(crypto.Context(repository, "settings", s.ID[:]), settingsBody(5, repository, s.ID, 200)))
	if !bytes.Equal(want, s.Encode()) {
		t.Errorf("settings are %s", hex.EncodeToString(s.Encode()))
	}
}

// TestParityInStore finds settings and parity of a repository under the names that the document says.
func TestParityInStore(t *testing.T) {
	s, r := newRepository(t, repo.Options{Parity: 200})
	pack := bytes.Repeat([]byte("pack"), 3000)
	name := crypto.Hash(pack)
	if _, _, err := r.PutParity(t.Context(), name, pack, nil, 200); err != nil {
		t.Fatal(err)
	}
	got, err := storage.ReadAll(t.Context(), s, "parity/"+name.String()[:2]+"/"+name.String()+".1", 1<<20)
	if err != nil || !bytes.Equal(got, parityObject(pack, 1)) {
		t.Errorf("parity: %v", err)
	}
	found := 0
	for info, err := range s.List(t.Context(), "settings/") {
		if err != nil {
			t.Fatal(err)
		}
		found++
		data, err := storage.ReadAll(t.Context(), s, info.Name, 1024)
		if err != nil {
			t.Fatal(err)
		}
		settings, err := keys.DecodeSettings(data)
		if err != nil || "settings/"+settings.ID.String() != info.Name || settings.Parity != 200 || !settings.Certified(r.Keyring().Admin) {
			t.Errorf("%+v, %v", settings, err)
		}
	}
	if found != 1 {
		t.Errorf("%d settings", found)
	}
}
