package s3

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

const (
	refusedCondition = "At least one of the pre-conditions you specified did not hold"
	unknownHeader    = "A header you provided implies functionality that is not implemented"
)

func create(t *testing.T, s *Store) error {
	t.Helper()
	return s.Create(t.Context(), "config", content)
}

// TestCreateCondition: the condition is in the request, and S3's answer to it is the answer.
func TestCreateCondition(t *testing.T) {
	s, service := scripted(t, Config{}, stored, fails(412, "PreconditionFailed", refusedCondition))
	if err := create(t, s); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Create", create(t, s), storage.Exists)
	for _, r := range wantRequests(t, service, 2) {
		if r.Header.Get("If-None-Match") != "*" {
			t.Errorf("%s %s without the condition", r.Method, r.URL)
		}
	}
}

// TestCreateAnswerLost: an attempt that did it, and whose answer was lost, must not pass for someone else's object; someone else's must
// not pass for ours.
func TestCreateAnswerLost(t *testing.T) {
	for _, lost := range []reply{breaks(errors.New("connection reset by peer")), fails(500, "InternalError", "again"), gives(503, "")} {
		taken := fails(412, "PreconditionFailed", refusedCondition)
		s, _ := scripted(t, Config{}, lost, taken, object(content, `"e"`))
		if err := create(t, s); err != nil {
			t.Errorf("Create of what is ours: %v", err)
		}
		s, _ = scripted(t, Config{}, lost, taken, object([]byte("another's"), `"e"`))
		wantCode(t, "Create of what is another's", create(t, s), storage.Exists)
		s, _ = scripted(t, Config{}, lost, taken, object(append([]byte("longer"), content...), `"e"`))
		wantCode(t, "Create of what is another's", create(t, s), storage.Exists)
		s, _ = scripted(t, Config{}, lost, taken, fails(403, "AccessDenied", "no"))
		wantCode(t, "Create of what cannot be read", create(t, s), storage.Exists)
	}
	// Without a lost attempt the same data is another's all the same.
	s, service := scripted(t, Config{}, fails(412, "PreconditionFailed", refusedCondition), object(content, `"e"`))
	wantCode(t, "Create", create(t, s), storage.Exists)
	wantRequests(t, service, 1)
}

// TestCreateConflict: two creations at once are asked again, and the next answer tells who won.
func TestCreateConflict(t *testing.T) {
	conflict := fails(409, "ConditionalRequestConflict", "A conflicting conditional operation is currently in progress against this resource.")
	s, _ := scripted(t, Config{}, conflict, stored)
	if err := create(t, s); err != nil {
		t.Errorf("Create: %v", err)
	}
	s, _ = scripted(t, Config{}, conflict, conflict, fails(412, "PreconditionFailed", refusedCondition), object([]byte("another's"), `"e"`))
	wantCode(t, "Create", create(t, s), storage.Exists)
	s, service := scripted(t, Config{}, conflict)
	wantCode(t, "Create", create(t, s), storage.Exists)
	if n := len(service.requests()); n < maxAttempts {
		t.Errorf("given up after %d requests", n)
	}
}

// TestCreateWithoutCondition: a service that refuses the condition, or that takes and ignores it, is looked at first.
func TestCreateWithoutCondition(t *testing.T) {
	refusals := map[string]reply{
		"AWS's words":   fails(501, "NotImplemented", unknownHeader),
		"header's name": fails(400, "InvalidArgument", "Unsupported header 'If-None-Match' received for this API call."),
		"ignores":       nil,
	}
	for name, refusal := range refusals {
		for _, endpoint := range []string{"", "https://s3.example.com"} {
			if refusal == nil && endpoint == "" {
				continue // AWS heeds it
			}
			has := false
			service := func(r request) (*http.Response, error) {
				switch {
				case r.URL.Query().Has("list-type"):
					return listing()(r)
				case r.Method == http.MethodHead && has:
					return gives(200, "", "Content-Length: 320000")(r)
				case r.Method == http.MethodHead:
					return gives(404, "")(r)
				case r.Header.Get("If-None-Match") != "" && refusal != nil:
					return refusal(r)
				}
				has = true
				return stored(r)
			}
			s, all := scripted(t, Config{Endpoint: endpoint}, service)
			if err := create(t, s); err != nil {
				t.Fatalf("%s, %q: Create: %v", name, endpoint, err)
			}
			before := len(all.requests())
			for range 3 {
				wantCode(t, name, create(t, s), storage.Exists)
			}
			if n := len(all.requests()) - before; n != 3 {
				t.Errorf("%s, %q: %d requests for three creations of a taken name, want a look each", name, endpoint, n)
			}
		}
	}
}

// TestCreateLookFails: a look that fails is no free name.
func TestCreateLookFails(t *testing.T) {
	s, service := scripted(t, Config{Endpoint: "https://s3.example.com"}, gives(403, ""), fails(403, "AccessDenied", "no"))
	wantCode(t, "Create", create(t, s), Denied)
	for _, r := range service.requests() {
		if r.Method == http.MethodPut {
			t.Error("the object was put all the same")
		}
	}
}

// TestEnsure: the bucket is made where the region says, and what others did meanwhile is taken as it is.
func TestEnsure(t *testing.T) {
	absent, made := fails(404, "NoSuchBucket", "The specified bucket does not exist"), gives(200, "")
	for _, test := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, ""},
		{Config{Region: "us-east-1"}, ""},
		{Config{Region: "sa-east-1"}, "<LocationConstraint>sa-east-1</LocationConstraint>"},
		{Config{Endpoint: "https://s3.example.com"}, ""},
		{Config{Endpoint: "https://s3.example.com", Region: "br-se1"}, "<LocationConstraint>br-se1</LocationConstraint>"},
	} {
		s, service := scripted(t, test.cfg, absent, made, absent, listing())
		if err := s.Ensure(t.Context()); err != nil {
			t.Fatalf("%+v: %v", test.cfg, err)
		}
		body := string(wantRequests(t, service, 4)[1].body)
		if test.want == "" && body != "" || !strings.Contains(body, test.want) {
			t.Errorf("%+v sends %q, want %q", test.cfg, body, test.want)
		}
	}
	for name, test := range map[string]struct {
		answers []reply
		want    core.Code
	}{
		"there":         {[]reply{listing()}, ""},
		"made at once":  {[]reply{absent, fails(409, "BucketAlreadyOwnedByYou", "yours"), listing()}, ""},
		"conflict":      {[]reply{absent, fails(409, "OperationAborted", "A conflicting conditional operation"), made, listing()}, ""},
		"someone's":     {[]reply{absent, fails(409, "BucketAlreadyExists", "The requested bucket name is not available.")}, Taken},
		"may not":       {[]reply{absent, fails(403, "AccessDenied", "no")}, Denied},
		"may not look":  {[]reply{fails(403, "AccessDenied", "no")}, Denied},
		"never appears": {[]reply{absent, made, absent}, storage.NoPlace},
		"other region": {[]reply{absent, fails(400, "IllegalLocationConstraintException", "The unspecified location constraint is incompatible"),
			fails(403, "AccessDenied", "no")}, WrongRegion},
	} {
		s, _ := scripted(t, Config{}, test.answers...)
		if err := s.Ensure(t.Context()); core.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want code %q", name, err, test.want)
		}
	}
}
