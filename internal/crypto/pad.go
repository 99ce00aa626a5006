package crypto

// Padded returns the length that n bytes are padded to where the length would tell something: a multiple of 64 KiB above 1 MiB, and
// of half as much for each halving below, down to 4 KiB. Above 64 KiB it costs at most 6 %; the idea is Padmé's (Nikitin et al.,
// PETS 2019).
func Padded(n int) int {
	step := 4 << 10
	for step < 64<<10 && n > step<<5 {
		step <<= 1
	}
	return (n + step - 1) / step * step
}

// padMark ends a text before its padding, which is zeroes.
const padMark = 0x80

// Pad appends padding to a text that is about to be sealed, so that its sealed length says little of it.
func Pad(text []byte) []byte {
	n := len(text)
	return append(append(text, padMark), make([]byte, Padded(n+1)-n-1)...)
}

// Unpad returns the text that was padded; only what Pad makes is accepted.
func Unpad(padded []byte) ([]byte, error) {
	n := len(padded) - 1
	for n > 0 && padded[n] == 0 {
		n--
	}
	if n < 0 || padded[n] != padMark || Padded(n+1) != len(padded) {
		return nil, ErrPadding
	}
	return padded[:n], nil
}
