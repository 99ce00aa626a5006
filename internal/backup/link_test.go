package backup

import "testing"

// TestLinkKey: what names an inode is the same wherever the project's disk is mounted, and other for every inode and for every other disk below it.
func TestLinkKey(t *testing.T) {
	if linkKey(7, 1, 1) != linkKey(7, 2, 2) {
		t.Error("the number of the project's own device matters")
	}
	if linkKey(7, 1, 1) == linkKey(8, 1, 1) || linkKey(7, 1, 1) == linkKey(7, 2, 1) || linkKey(7, 2, 1) == linkKey(7, 3, 1) {
		t.Error("two inodes have one key")
	}
}
