package s3_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/observe"
	"backup_projeto/internal/storage/s3"
	"backup_projeto/internal/storage/s3/s3test"
	"backup_projeto/internal/storage/storagetest"
)

// buckets numbers them, so that each test has its own.
var buckets atomic.Int64

func newBucket() string { return fmt.Sprintf("bucket-%d", buckets.Add(1)) }

// open returns a store; what cfg leaves open is found in the environment.
func open(t *testing.T, cfg s3.Config) *s3.Store {
	t.Helper()
	s, err := s3.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	s3test.Start(t).Setenv(t)
	storagetest.Run(t, func(t *testing.T) storage.Store { return open(t, s3.Config{Bucket: newBucket()}) })
}

// TestConformanceWithPolicy: the policy in the documentation is enough for all that the repository asks of a store, in a folder of a bucket
// that holds other things too, and for nothing else there.
func TestConformanceWithPolicy(t *testing.T) {
	const prefix = "team/backups of é+%"
	server := s3test.Start(t)
	server.Setenv(t)
	server.AddUser(t, "restricted", "restricted-secret")
	root := client(t, server, server.Access, server.Secret)
	storagetest.Objects(t, func(t *testing.T) storage.Store {
		bucket := newBucket()
		owner := open(t, s3.Config{Bucket: bucket})
		if err := owner.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{"config", "team/config", "keys/one"} {
			if err := owner.Put(t.Context(), other, []byte("of someone else")); err != nil {
				t.Fatal(err)
			}
		}
		policy := s3test.Policy(t, bucket, prefix, map[string][]int{"restricted": {s3test.Full}})
		if _, err := root.PutBucketPolicy(t.Context(), &awss3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy}); err != nil {
			t.Fatal(err)
		}
		asRestricted(t)
		outside := open(t, s3.Config{Bucket: bucket})
		_, err := outside.Stat(t.Context(), "config")
		wantCode(t, "Stat outside the folder", err, s3.Denied)
		wantCode(t, "Put outside the folder", outside.Put(t.Context(), "config", nil), s3.Denied)
		wantCode(t, "Delete outside the folder", outside.Delete(t.Context(), "config"), s3.Denied)
		for _, err := range outside.List(t.Context(), "") {
			wantCode(t, "List outside the folder", err, s3.Denied)
		}
		return observe.New(open(t, s3.Config{Bucket: bucket, Prefix: prefix}))
	})
}

// asRestricted lets the rest of the test sign as the user of TestConformanceWithPolicy.
func asRestricted(t *testing.T) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "restricted")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "restricted-secret")
}

// client is the plain SDK, for what stores cannot do.
func client(t *testing.T, server *s3test.Server, access, secret string) *awss3.Client {
	t.Helper()
	c, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(s3test.Region),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(access, secret, "")))
	if err != nil {
		t.Fatal(err)
	}
	return awss3.NewFromConfig(c, func(o *awss3.Options) {
		o.BaseEndpoint, o.UsePathStyle = aws.String(server.Endpoint), true
	})
}

func wantCode(t *testing.T, what string, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Errorf("%s: %v, want code %q", what, err, code)
	}
}

// TestRealRefusals: what a real server says to wrong keys becomes the right code, also where its answer has no body.
func TestRealRefusals(t *testing.T) {
	server := s3test.Start(t)
	server.Setenv(t)
	server.AddUser(t, "nobody", "nobody-secret")
	bucket := newBucket()
	if err := open(t, s3.Config{Bucket: bucket}).Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		access, secret string
		want           core.Code
	}{
		{"AKIDUNKNOWN", "something", s3.WrongKey},
		{server.Access, "something", s3.WrongSecret},
		{"nobody", "nobody-secret", s3.Denied},
	} {
		t.Setenv("AWS_ACCESS_KEY_ID", test.access)
		t.Setenv("AWS_SECRET_ACCESS_KEY", test.secret)
		s := open(t, s3.Config{Bucket: bucket})
		_, err := s.Exists(t.Context())
		wantCode(t, "Exists", err, test.want)
		_, err = s.Stat(t.Context(), "config")
		wantCode(t, "Stat", err, test.want)
		_, err = s.Get(t.Context(), "config", 0, -1)
		wantCode(t, "Get", err, test.want)
		wantCode(t, "Put", s.Put(t.Context(), "config", []byte("x")), test.want)
		wantCode(t, "Create", s.Create(t.Context(), "config", []byte("x")), test.want)
		wantCode(t, "Delete", s.Delete(t.Context(), "config"), test.want)
		wantCode(t, "Ensure", s.Ensure(t.Context()), test.want)
		for _, err := range s.List(t.Context(), "") {
			wantCode(t, "List", err, test.want)
		}
	}
}

// TestRealRegion: a server in another region is found, whatever the first call is.
func TestRealRegion(t *testing.T) {
	s3test.Start(t, "--region=sa-east-1").Setenv(t)
	bucket := newBucket()
	if err := open(t, s3.Config{Bucket: bucket}).Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []s3.Config{{Bucket: bucket}, {Bucket: bucket, Region: "eu-west-1"}, {Bucket: bucket, Region: "sa-east-1"}} {
		if err := open(t, cfg).Put(t.Context(), "config", []byte("x")); err != nil {
			t.Errorf("Put: %v", err)
		}
		if info, err := open(t, cfg).Stat(t.Context(), "config"); err != nil || info.Size != 1 {
			t.Errorf("Stat gives %+v, %v", info, err)
		}
		if got, err := storage.ReadAll(t.Context(), open(t, cfg), "config", 10); err != nil || string(got) != "x" {
			t.Errorf("Get gives %q, %v", got, err)
		}
		for info, err := range open(t, cfg).List(t.Context(), "") {
			if err != nil || info.Name != "config" {
				t.Errorf("List gives %+v, %v", info, err)
			}
		}
	}
}

// TestRealVirtualHost: the bucket in the host's name, as the endpoint asks for it, against a server that takes it from there.
func TestRealVirtualHost(t *testing.T) {
	const domain = "s3.example.test"
	server := s3test.Start(t, "--virtual-domain="+domain)
	server.Setenv(t)
	t.Setenv("AWS_ENDPOINT_URL", "")
	addr := strings.TrimPrefix(server.Endpoint, "http://")
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	there := &http.Client{Transport: &http.Transport{DialContext: dial}}
	bucket := newBucket()
	s := open(t, s3.Config{Bucket: bucket, Endpoint: "http://" + bucket + "." + domain, HTTP: there})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "keys/one", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got, err := storage.ReadAll(t.Context(), s, "keys/one", 10); err != nil || string(got) != "x" {
		t.Errorf("Get gives %q, %v", got, err)
	}
	// By path it is the same bucket.
	if got, err := storage.ReadAll(t.Context(), open(t, s3.Config{Bucket: bucket, Endpoint: server.Endpoint}), "keys/one", 10); err != nil || string(got) != "x" {
		t.Errorf("Get by path gives %q, %v", got, err)
	}
}

// TestRealChecksum: a real server refuses what is not what its checksum says, and nothing of it is stored.
func TestRealChecksum(t *testing.T) {
	s3test.Start(t).Setenv(t)
	s := open(t, s3.Config{Bucket: newBucket()})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	name := "packs/ab/" + strings.Repeat("ab", 32) // of other content
	wantCode(t, "Put", s.Put(t.Context(), name, []byte("changed in memory")), storage.Corrupt)
	_, err := s.Stat(t.Context(), name)
	wantCode(t, "Stat", err, storage.NotFound)
}

// TestRealClassAndEncryption: a real server takes the headers.
func TestRealClassAndEncryption(t *testing.T) {
	server := s3test.Start(t)
	server.Setenv(t)
	bucket := newBucket()
	s := open(t, s3.Config{Bucket: bucket, StorageClass: "STANDARD_IA", SSE: "AES256"})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"packs/ab/abc", "config"} {
		if err := s.Put(t.Context(), name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if got, err := storage.ReadAll(t.Context(), s, info.Name, 10); err != nil || string(got) != "x" {
			t.Errorf("%s is %q, %v", info.Name, got, err)
		}
	}
}
