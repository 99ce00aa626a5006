package s3server

import (
	"net/http"
	"path/filepath"
	"testing"
)

// TestServer starts a server twice on one folder and asks it something.
func TestServer(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..")
	path, err := Build(t.Context(), filepath.Join(root, "tools", "s3server"), filepath.Join(root, ".cache", "s3server"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for range 2 {
		if err := s.Start(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		for range 3 {
			resp, err := http.Get("http://" + s.Addr() + "/" + Bucket + "/nothing")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden {
				t.Errorf("a stranger got %s", resp.Status)
			}
		}
		http.DefaultClient.CloseIdleConnections()
		s.Stop()
		if n, err := s.Requests(); n != 3 || err != nil {
			t.Errorf("%d requests, %v", n, err)
		}
	}
}
