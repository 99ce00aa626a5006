package s3test

import "testing"

// StartVersioned is Start with a server that can keep versions of objects: a bucket keeps them once its versioning is switched on, or when it
// is made with object lock. Without, the server locks objects too, and then refuses to delete or overwrite them.
func StartVersioned(t testing.TB, args ...string) *Server {
	t.Helper()
	t.Setenv("VGW_VERSIONING_DIR", t.TempDir())
	return Start(t, args...)
}
