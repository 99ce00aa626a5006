package keys

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// Recovery codes: 20 random bytes, written as 32 symbols of Crockford's base 32, and 4 symbols that check them, in groups of
// four: "BP-XXXX-XXXX-…". Case, spaces and hyphens do not matter, and neither do I and L for 1 or O for 0.
const (
	codeSize  = 20
	alphabet  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codePre   = "BP"
	checkSyms = 4
)

// ErrCode says that a text is no recovery code: mistyped, or incomplete.
var ErrCode = errors.New("not a recovery code")

// NewCode returns the bytes of a fresh recovery code.
func NewCode() []byte {
	b := make([]byte, codeSize)
	crypto.Random(b)
	return b
}

// FormatCode writes a recovery code for people.
func FormatCode(code []byte) string {
	syms := symbols(code) + checkSymbols(code)
	out := codePre
	for i := 0; i < len(syms); i += 4 {
		out += "-" + syms[i:i+4]
	}
	return out
}

// ParseCode reads what FormatCode wrote, however it was typed.
func ParseCode(s string) ([]byte, error) {
	s = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\t", "", "\n", "", "\r", "", "–", "", "—", "").Replace(s))
	if len(s) > codeSize*8/5+checkSyms { // a code may begin with the same letters by itself
		s = strings.TrimPrefix(s, codePre)
	}
	s = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s)
	if len(s) != codeSize*8/5+checkSyms {
		return nil, ErrCode
	}
	code := make([]byte, 0, codeSize)
	acc, n := uint32(0), 0
	for _, c := range []byte(s[:len(s)-checkSyms]) {
		v := strings.IndexByte(alphabet, c)
		if v < 0 {
			return nil, ErrCode
		}
		acc, n = acc<<5|uint32(v), n+5
		if n >= 8 {
			n -= 8
			code = append(code, byte(acc>>n))
		}
	}
	if !crypto.Equal([]byte(checkSymbols(code)), []byte(s[len(s)-checkSyms:])) {
		return nil, ErrCode
	}
	return code, nil
}

func symbols(b []byte) string {
	var out strings.Builder
	acc, n := uint32(0), 0
	for _, c := range b {
		acc, n = acc<<8|uint32(c), n+8
		for n >= 5 {
			n -= 5
			out.WriteByte(alphabet[acc>>n&31])
		}
	}
	return out.String()
}

// checkSymbols are the first 20 bits of the code's SHA-256.
func checkSymbols(code []byte) string {
	h := crypto.Hash(code)
	return symbols(h[:3])[:checkSyms]
}

// DeviceKey is what a device keeps in a file that only its user can read: which slot it opens, and with what.
type DeviceKey struct {
	Repo core.UUID
	Slot core.UUID
	Key  []byte // crypto.KeySize bytes
}

// NewDeviceKey returns a fresh key for a new slot.
func NewDeviceKey(repo core.UUID) *DeviceKey {
	k := &DeviceKey{repo, crypto.NewUUID(), make([]byte, crypto.KeySize)}
	crypto.Random(k.Key)
	return k
}

// Secret returns what opens the device's slot.
func (k *DeviceKey) Secret() Secret { return Secret{Lock: Device, Value: k.Key, Slot: k.Slot} }

// deviceFile is the text form, JSON.
type deviceFile struct {
	Repository string `json:"repository"`
	Slot       string `json:"slot"`
	Key        string `json:"device_key"`
}

// Encode returns the text form, which holds the secret.
func (k *DeviceKey) Encode() []byte {
	b, err := json.MarshalIndent(deviceFile{k.Repo.String(), k.Slot.String(), hex.EncodeToString(k.Key)}, "", "  ")
	if err != nil {
		panic(err) // three strings always encode
	}
	return append(b, '\n')
}

// ErrDeviceFile says that a text is no device key; it never quotes the text.
var ErrDeviceFile = errors.New("not a device key file")

// ParseDeviceKey reads what Encode wrote.
func ParseDeviceKey(data []byte) (*DeviceKey, error) {
	var f deviceFile
	if json.Unmarshal(data, &f) != nil {
		return nil, ErrDeviceFile
	}
	repo, err1 := core.ParseUUID(f.Repository)
	slot, err2 := core.ParseUUID(f.Slot)
	key, err3 := hex.DecodeString(f.Key)
	if err1 != nil || err2 != nil || err3 != nil || len(key) != crypto.KeySize {
		return nil, ErrDeviceFile
	}
	return &DeviceKey{repo, slot, key}, nil
}
