package cli

import "testing"

// TestHalfASecret reads what cannot be read: that must not pass for an empty secret.
func TestHalfASecret(t *testing.T) {
	if b, err := readSmall(t.TempDir()); err == nil {
		t.Errorf("a folder was read as %q", b)
	}
}
