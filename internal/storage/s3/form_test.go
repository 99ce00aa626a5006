package s3

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// TestAddresses: AWS wants the bucket in the host's name, compatible services in the path unless the endpoint says otherwise.
func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, "https://bucket.s3.us-east-1.amazonaws.com/config"},
		{Config{Region: "sa-east-1"}, "https://bucket.s3.sa-east-1.amazonaws.com/config"},
		{Config{Prefix: "a/b"}, "https://bucket.s3.us-east-1.amazonaws.com/a/b/config"},
		{Config{Prefix: "/é +%/"}, "https://bucket.s3.us-east-1.amazonaws.com/%C3%A9%20%2B%25/config"},
		{Config{Bucket: "with.dots"}, "https://s3.us-east-1.amazonaws.com/with.dots/config"},
		{Config{Endpoint: "https://s3.sa-east-1.amazonaws.com"}, "https://bucket.s3.sa-east-1.amazonaws.com/config"},
		{Config{Endpoint: "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/bucket/config"},
		{Config{Endpoint: "https://s3.example.com/"}, "https://s3.example.com/bucket/config"},
		{Config{Endpoint: "https://example.com/s3"}, "https://example.com/s3/bucket/config"},
		{Config{Endpoint: "https://bucket.s3.example.com"}, "https://bucket.s3.example.com/config"},
		{Config{Endpoint: "https://notmybucket.s3.example.com"}, "https://notmybucket.s3.example.com/bucket/config"},
	} {
		s, service := scripted(t, test.cfg, object([]byte("x"), `"e"`))
		if _, err := read(t, s, "config", 0, -1); err != nil {
			t.Fatalf("%+v: %v", test.cfg, err)
		}
		u := wantRequests(t, service, 1)[0].URL
		u.RawQuery = ""
		if u.String() != test.want {
			t.Errorf("%+v asks %s, want %s", test.cfg, u, test.want)
		}
	}
}

// TestEnvironment: what AWS's own settings say holds where the configuration is silent.
func TestEnvironment(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_REGION", "eu-west-3")
	service := &script{t: t, answers: always(object([]byte("x"), `"e"`))}
	s := opened(t, Config{HTTP: service})
	if _, err := read(t, s, "config", 0, -1); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
	s = opened(t, Config{HTTP: service})
	if _, err := read(t, s, "config", 0, -1); err != nil {
		t.Fatal(err)
	}
	got := wantRequests(t, service, 2)
	if got[0].URL.Host != "bucket.s3.eu-west-3.amazonaws.com" || !strings.Contains(got[0].Header.Get("Authorization"), "/eu-west-3/s3/") {
		t.Errorf("AWS_REGION leads to %s, %s", got[0].URL, got[0].Header.Get("Authorization"))
	}
	if got[1].URL.Host != "s3.example.com" || !s.foreign {
		t.Errorf("AWS_ENDPOINT_URL_S3 leads to %s", got[1].URL)
	}
}

// TestUploadForm: every upload is signed with its SHA-256 and carries it, whole, and no other checksum.
func TestUploadForm(t *testing.T) {
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	for _, endpoint := range []string{"", "http://127.0.0.1:9000", "https://s3.example.com"} {
		s, service := scripted(t, Config{Endpoint: endpoint}, stored)
		for _, name := range []string{"packs/" + hash[:2] + "/" + hash, "index/" + hash, "keys/" + hash, "config"} {
			if err := s.Put(t.Context(), name, content); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range wantRequests(t, service, 4) {
			h := r.Header
			if r.Method != "PUT" || !bytes.Equal(r.body, content) || r.ContentLength != int64(len(content)) {
				t.Errorf("%s %s sends %d bytes, length %d", r.Method, r.URL, len(r.body), r.ContentLength)
			}
			if h.Get("X-Amz-Checksum-Sha256") != base64.StdEncoding.EncodeToString(sum[:]) || h.Get("X-Amz-Content-Sha256") != hash {
				t.Errorf("%s: checksums %q, %q", r.URL, h.Get("X-Amz-Checksum-Sha256"), h.Get("X-Amz-Content-Sha256"))
			}
			if !strings.HasPrefix(h.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+testAccess+"/") ||
				!strings.Contains(h.Get("Authorization"), "x-amz-content-sha256") {
				t.Errorf("%s is signed %q", r.URL, h.Get("Authorization"))
			}
			for name := range h {
				lower := strings.ToLower(name)
				if strings.Contains(lower, "checksum") && lower != "x-amz-checksum-sha256" || lower == "x-amz-trailer" || lower == "content-encoding" ||
					lower == "x-amz-storage-class" || strings.Contains(lower, "encryption") || lower == "if-none-match" {
					t.Errorf("%s has the header %s: %s", r.URL, name, h.Get(name))
				}
			}
		}
	}
}

// TestNameIsChecksum: content that is not what its name says is sent with the name's checksum, so that the service refuses it.
func TestNameIsChecksum(t *testing.T) {
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	s, service := scripted(t, Config{}, fails(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."))
	err := s.Put(t.Context(), "packs/"+hash[:2]+"/"+hash, []byte("something else"))
	wantCode(t, "Put", err, "store-corrupt")
	if got := wantRequests(t, service, 1)[0].Header.Get("X-Amz-Content-Sha256"); got != hash {
		t.Errorf("the checksum sent is %s, want %s", got, hash)
	}
}

// TestClassAndEncryption: only packs get the class, every object the encryption.
func TestClassAndEncryption(t *testing.T) {
	for _, test := range []struct {
		cfg                         Config
		class, sse, key, bucketKeys string
	}{
		{Config{SSE: "none"}, "", "", "", ""},
		{Config{StorageClass: "STANDARD_IA", SSE: "AES256"}, "STANDARD_IA", "AES256", "", ""},
		{Config{StorageClass: "INTELLIGENT_TIERING", SSE: "aws:kms"}, "INTELLIGENT_TIERING", "aws:kms", "", "true"},
		{Config{SSE: "aws:kms", KMSKey: "alias/backup"}, "", "aws:kms", "alias/backup", "true"},
		{Config{SSE: "aws:kms:dsse", KMSKey: "alias/backup"}, "", "aws:kms:dsse", "alias/backup", ""},
	} {
		s, service := scripted(t, test.cfg, stored)
		for _, name := range []string{"packs/ab/abc", "index/abc", "config", "snapshots/a", "gc/a"} {
			if err := s.Put(t.Context(), name, content); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range wantRequests(t, service, 5) {
			class := test.class
			if i > 0 {
				class = ""
			}
			h := r.Header
			if got := h.Get("X-Amz-Storage-Class"); got != class {
				t.Errorf("%+v: %s has class %q, want %q", test.cfg, r.URL.Path, got, class)
			}
			if h.Get("X-Amz-Server-Side-Encryption") != test.sse || h.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != test.key ||
				h.Get("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled") != test.bucketKeys {
				t.Errorf("%+v: %s has the headers %v", test.cfg, r.URL.Path, h)
			}
		}
	}
}

// TestChecksumUnknown: a service that does not know the checksum's header gets uploads without it from then on; the signed one stays.
func TestChecksumUnknown(t *testing.T) {
	for _, refusal := range []reply{
		fails(400, "InvalidArgument", "Unsupported header 'x-amz-checksum-sha256' received for this API call."),
		fails(501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
	} {
		s, service := scripted(t, Config{Endpoint: "https://s3.example.com"}, refusal, stored)
		for range 2 {
			if err := s.Put(t.Context(), "keys/one", content); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range wantRequests(t, service, 3) {
			if has := r.Header.Get("X-Amz-Checksum-Sha256") != ""; has != (i == 0) {
				t.Errorf("upload %d has the header: %v", i, has)
			}
			if len(r.Header.Get("X-Amz-Content-Sha256")) != 64 || !bytes.Equal(r.body, content) {
				t.Errorf("upload %d is not signed with its checksum, or not whole", i)
			}
		}
	}
	// AWS itself knows the header: there such an answer is about something else.
	s, service := scripted(t, Config{}, fails(501, "NotImplemented", "A header you provided implies functionality that is not implemented"))
	wantCode(t, "Put", s.Put(t.Context(), "keys/one", content), "store-other")
	wantRequests(t, service, 1)
}

// TestCounts: each attempt counts, and each byte.
func TestCounts(t *testing.T) {
	slow := fails(503, "SlowDown", "Please reduce your request rate.")
	s, _ := scripted(t, Config{}, slow, stored, object(content, `"e"`), slow, listing("config"), gives(200, "", "Content-Length: 7"), gives(204, ""))
	if err := s.Put(t.Context(), "config", content); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, "config", 10, 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := list(t, s, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(t.Context(), "config"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "config"); err != nil {
		t.Fatal(err)
	}
	got := s.Counts()
	if got.Put != 2 || got.Get != 1 || got.List != 2 || got.Stat != 1 || got.Delete != 1 || got.Sent != 2*int64(len(content)) || got.Received != 1000 {
		t.Errorf("counted %+v", got)
	}
}
