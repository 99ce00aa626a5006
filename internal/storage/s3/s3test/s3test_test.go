package s3test

import (
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestServer(t *testing.T) {
	var s *Server
	t.Run("runs", func(t *testing.T) {
		s = Start(t)
		resp, err := http.Get(s.Endpoint + "/nothing")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(string(body), "NoSuchBucket") {
			t.Errorf("a bucket that is not there got %s %s", resp.Status, body)
		}
		s.AddUser(t, "someone", "someone's secret")
		s.Setenv(t)
		if got := os.Getenv("AWS_ENDPOINT_URL"); got != s.Endpoint {
			t.Errorf("AWS_ENDPOINT_URL is %q", got)
		}
		if !slices.Contains(s.Env(), "AWS_ACCESS_KEY_ID="+s.Access) {
			t.Errorf("Env lacks the access key: %q", s.Env())
		}
	})
	if _, err := http.Get(s.Endpoint); err == nil {
		t.Error("the server outlives its test")
	}
}
