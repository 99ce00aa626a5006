package s3

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"backup_projeto/internal/cost"
)

const moved = "The bucket you are attempting to access must be addressed using the specified endpoint."

// regional serves the bucket in one region only, and refuses requests for others in one of S3's ways.
func regional(region string, refusal reply) reply {
	return func(r request) (*http.Response, error) {
		if !strings.Contains(r.Header.Get("Authorization"), "/"+region+"/s3/aws4_request") {
			return refusal(r)
		}
		switch {
		case r.Method == http.MethodPut:
			return stored(r)
		case r.URL.Query().Has("list-type"):
			return listing("config")(r)
		}
		return object(content, `"e"`)(r)
	}
}

// TestRegionFound: a bucket in another region is found by what S3 answers, whatever the call, and at once from then on.
func TestRegionFound(t *testing.T) {
	refusals := map[string]reply{
		"301":       fails(301, "PermanentRedirect", moved, "X-Amz-Bucket-Region: sa-east-1"),
		"307":       fails(307, "TemporaryRedirect", moved, "X-Amz-Bucket-Region: sa-east-1", "Location: https://elsewhere.example.com/"),
		"malformed": fails(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'sa-east-1'"),
		"header":    fails(400, "AuthorizationHeaderMalformed", "The authorization header is malformed", "X-Amz-Bucket-Region: sa-east-1"),
	}
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			calls := map[string]func(s *Store) error{
				"Put":    func(s *Store) error { return s.Put(t.Context(), "config", content) },
				"Create": func(s *Store) error { return s.Create(t.Context(), "config", content) },
				"Get":    func(s *Store) error { _, err := read(t, s, "config", 5, 50); return err },
				"Stat":   func(s *Store) error { _, err := s.Stat(t.Context(), "config"); return err },
				"List":   func(s *Store) error { _, err := list(t, s, ""); return err },
				"Delete": func(s *Store) error { return s.Delete(t.Context(), "config") },
				"Exists": func(s *Store) error { _, err := s.Exists(t.Context()); return err },
			}
			for call, do := range calls {
				s, service := scripted(t, Config{}, regional("sa-east-1", refusal))
				if err := do(s); err != nil {
					t.Fatalf("%s: %v", call, err)
				}
				before := len(service.requests())
				if err := do(s); err != nil {
					t.Fatalf("%s: %v", call, err)
				}
				all := service.requests()
				if len(all) != before+1 {
					t.Errorf("%s takes %d requests when the region is known, want 1", call, len(all)-before)
				}
				if host := all[len(all)-1].URL.Host; host != "bucket.s3.sa-east-1.amazonaws.com" {
					t.Errorf("%s goes to %s in the end", call, host)
				}
			}
		})
	}
}

// TestRegionAsked: an answer that does not say where the bucket is makes one question more.
func TestRegionAsked(t *testing.T) {
	s, service := scripted(t, Config{Region: "eu-west-1"}, fails(301, "PermanentRedirect", moved),
		gives(403, "", "X-Amz-Bucket-Region: sa-east-1"), stored)
	if err := s.Put(t.Context(), "config", content); err != nil {
		t.Fatal(err)
	}
	got := wantRequests(t, service, 3)
	if got[1].Method != http.MethodHead || got[2].URL.Host != "bucket.s3.sa-east-1.amazonaws.com" {
		t.Errorf("asked %s %s, then %s", got[1].Method, got[1].URL, got[2].URL)
	}
}

// TestRegionUnknown: a region that cannot be found, or that is wrong again, is reported, not asked for without end.
func TestRegionUnknown(t *testing.T) {
	s, _ := scripted(t, Config{Region: "eu-west-1"}, fails(301, "PermanentRedirect", moved))
	err := s.Put(t.Context(), "config", content)
	wantCode(t, "Put", err, WrongRegion)
	if !strings.Contains(err.Error(), "eu-west-1") {
		t.Errorf("%v does not name the region", err)
	}
	s, service := scripted(t, Config{}, fails(301, "PermanentRedirect", moved, "X-Amz-Bucket-Region: sa-east-1"))
	wantCode(t, "Put", s.Put(t.Context(), "config", content), WrongRegion)
	wantRequests(t, service, 2)
}

// TestRegionOfCompatible: such services say it in words, and keep their address.
func TestRegionOfCompatible(t *testing.T) {
	refusal := fails(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'br-se1'")
	s, service := scripted(t, Config{Endpoint: "https://s3.example.com"}, regional("br-se1", refusal))
	if err := s.Put(t.Context(), "config", content); err != nil {
		t.Fatal(err)
	}
	if got := wantRequests(t, service, 2)[1].URL.Host; got != "s3.example.com" {
		t.Errorf("the second attempt goes to %s", got)
	}
}

// TestRegionAtOnce: many calls that find out at the same time end in the right region.
func TestRegionAtOnce(t *testing.T) {
	s, _ := scripted(t, Config{}, regional("sa-east-1", fails(301, "PermanentRedirect", moved, "X-Amz-Bucket-Region: sa-east-1")))
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if err := s.Put(t.Context(), "config", content); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestRedirectNotFollowed: nobody but the endpoint gets a request, signed as it is and with the data in it.
func TestRedirectNotFollowed(t *testing.T) {
	isolate(t)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed: %s %s", r.Method, r.URL)
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		}))
		s := opened(t, Config{Endpoint: server.URL})
		err := s.Put(t.Context(), "config", content)
		wantCode(t, "Put", err, Redirected)
		_, err = read(t, s, "config", 0, -1)
		wantCode(t, "Get", err, Redirected)
		_, err = s.Stat(t.Context(), "config")
		wantCode(t, "Stat", err, Redirected)
		if !strings.Contains(err.Error(), server.URL) {
			t.Errorf("%v does not name the endpoint", err)
		}
		server.Close()
	}
}

// TestService: whose prices hold follows the endpoint, and the region that the service answers.
func TestService(t *testing.T) {
	found, _ := scripted(t, Config{StorageClass: "GLACIER_IR"}, fails(301, "PermanentRedirect", moved, "X-Amz-Bucket-Region: sa-east-1"), stored)
	if err := found.Put(t.Context(), "config", content); err != nil {
		t.Fatal(err)
	}
	if got, want := found.Service(), (cost.Service{Region: "sa-east-1", Class: "GLACIER_IR"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for endpoint, host := range map[string]string{
		"":                                      "",
		"https://s3.us-west-2.amazonaws.com":    "",
		"https://0123.r2.cloudflarestorage.com": "0123.r2.cloudflarestorage.com",
		"http://127.0.0.1:9000":                 "127.0.0.1",
	} {
		s, _ := scripted(t, Config{Endpoint: endpoint, Region: "us-west-2"})
		if got, want := s.Service(), (cost.Service{Host: host, Region: "us-west-2"}); got != want {
			t.Errorf("%s: %+v, want %+v", endpoint, got, want)
		}
	}
}
