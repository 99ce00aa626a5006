package s3_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/s3"
	"backup_projeto/internal/storage/s3/s3test"
)

// granted is a bucket with object lock, in a folder of which users may do what the documentation grants.
type granted struct {
	t      *testing.T
	server *s3test.Server
	owner  *s3.Store
	bucket string
	first  *string // the first version of the pack
}

const (
	grantedPrefix = "team/backups"
	grantedPack   = "packs/ab/abc"
)

func newGranted(t *testing.T) *granted {
	t.Helper()
	g := &granted{t: t, server: s3test.StartVersioned(t), bucket: newBucket()}
	g.server.Setenv(t)
	g.owner = open(t, s3.Config{Bucket: g.bucket, Prefix: grantedPrefix, Lock: 30 * day})
	if err := g.owner.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, g.owner, map[string]string{"config": "c", grantedPack: "pack", "snapshots/s": "s"})
	root := client(t, g.server, g.server.Access, g.server.Secret)
	grants := map[string][]int{"raiser": {s3test.Keeper, s3test.Raiser}}
	for which, user := range []string{"full", "appender", "keeper", "reader"} {
		grants[user] = []int{which}
	}
	for user := range grants {
		g.server.AddUser(t, user, user+"-secret")
	}
	policy := s3test.Policy(t, g.bucket, grantedPrefix, grants)
	if _, err := root.PutBucketPolicy(t.Context(), &awss3.PutBucketPolicyInput{Bucket: &g.bucket, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
	out, err := root.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: &g.bucket, Key: g.key(grantedPack)})
	if err != nil {
		t.Fatal(err)
	}
	g.first = out.VersionId
	return g
}

func (g *granted) key(name string) *string { return aws.String(grantedPrefix + "/" + name) }

// as opens the store as a user.
func (g *granted) as(user string) *s3.Store {
	g.t.Helper()
	g.t.Setenv("AWS_ACCESS_KEY_ID", user)
	g.t.Setenv("AWS_SECRET_ACCESS_KEY", user+"-secret")
	return open(g.t, s3.Config{Bucket: g.bucket, Prefix: grantedPrefix})
}

// TestPoliciesGrant: what each documented policy is for works with it, and nothing more of what the program can ask for.
func TestPoliciesGrant(t *testing.T) {
	g := newGranted(t)
	at := moment(t)
	type rights map[string]bool
	for user, want := range map[string]rights{
		"full":     {"list": true, "get": true, "put": true, "delete": true, "end": true},
		"appender": {"list": true, "get": true, "put": true, "end": true},
		"reader":   {"list": true, "get": true, "past": true, "kept": true},
		"keeper":   {"list": true, "get": true, "put": true, "delete": true, "end": true, "past": true, "kept": true, "lock": true, "locked": true},
		"raiser":   {"list": true, "get": true, "put": true, "delete": true, "end": true, "past": true, "kept": true, "lock": true, "locked": true, "raise": true},
	} {
		own := "snapshots/of-" + user // whoever may lock may prolong what another has made firm, so each raises another object
		put(t, g.owner, map[string]string{own: "s"})
		s := g.as(user)
		got := map[string]error{
			"list": firstError(t, s), "put": s.Put(t.Context(), "index/by-"+user, []byte("x")), "delete": s.Delete(t.Context(), "index/none"),
			"end": s.Delete(t.Context(), "sessions/none"), "lock": s.Lock(t.Context(), grantedPack, until(90*day, storage.Governance)),
			"raise": s.Lock(t.Context(), own, until(90*day, storage.Compliance)),
		}
		_, got["get"] = storage.ReadAll(t.Context(), s, grantedPack, 10)
		_, got["locked"] = s.LockOf(t.Context(), grantedPack)
		_, got["kept"] = s.Kept(t.Context())
		view, err := s.AsOf(t.Context(), at)
		if err == nil {
			_, err = storage.ReadAll(t.Context(), view, grantedPack, 10)
		}
		got["past"] = err
		for what, err := range got {
			if want[what] && err != nil {
				t.Errorf("%s may not %s: %v", user, what, err)
			}
			if !want[what] && !storage.IsDenied(err) {
				t.Errorf("%s may %s: %v", user, what, err)
			}
		}
	}
}

// until is a lock of that length.
func until(length time.Duration, mode storage.LockMode) storage.Lock {
	return storage.Lock{Until: time.Now().Add(length), Mode: mode}
}

// TestRaisingNamesTheRight: who may set locks, and not bypass them, learns which right it takes to make them firmer; a raised lock is not lowered by anybody.
func TestRaisingNamesTheRight(t *testing.T) {
	g := newGranted(t)
	err := g.as("keeper").Lock(t.Context(), grantedPack, until(90*day, storage.Compliance))
	if want := "s3:BypassGovernanceRetention, arn:aws:s3:::" + g.bucket + "/" + grantedPrefix + "/*"; !storage.IsDenied(err) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want it to name %s", err, want)
	}
	s := g.as("raiser")
	if l, err := s.LockOf(t.Context(), grantedPack); err != nil || l.Mode != storage.Governance {
		t.Fatalf("%+v, %v", l, err)
	}
	wantCode(t, "a firmer, shorter lock", s.Lock(t.Context(), grantedPack, until(10*day, storage.Compliance)), storage.Locked)
	firm := until(90*day, storage.Compliance)
	if err := s.Lock(t.Context(), grantedPack, firm); err != nil {
		t.Fatal(err)
	}
	firm.Until = firm.Until.UTC().Truncate(time.Second)
	wantLock(t, s, grantedPack, firm)
	root := client(t, g.server, g.server.Access, g.server.Secret)
	_, err = root.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: &g.bucket, Key: g.key(grantedPack), VersionId: g.first, BypassGovernanceRetention: aws.Bool(true)})
	if err == nil {
		t.Error("the root user deleted what is locked in compliance mode")
	}
}

// firstError lists everything.
func firstError(t *testing.T, s storage.Store) error {
	for _, err := range s.List(t.Context(), "") {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestAppendOnlyCannotDestroy: whatever a thief of the append-only credentials asks the server for, what was there can be read.
func TestAppendOnlyCannotDestroy(t *testing.T) {
	g := newGranted(t)
	at := moment(t)
	thief := client(t, g.server, "appender", "appender-secret")
	ctx, bucket, pack := t.Context(), &g.bucket, g.key(grantedPack)
	past, future := aws.Time(time.Now().Add(time.Hour)), aws.Time(time.Now().Add(90*day))
	for what, attempt := range map[string]func() error{
		"delete": func() error {
			_, err := thief.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: bucket, Key: pack})
			return err
		},
		"delete the config": func() error {
			_, err := thief.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: bucket, Key: g.key("config")})
			return err
		},
		"delete the snapshot": func() error {
			_, err := thief.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: bucket, Key: g.key("snapshots/s")})
			return err
		},
		"purge": func() error {
			_, err := thief.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: bucket, Key: pack, VersionId: g.first})
			return err
		},
		"purge past governance": func() error {
			_, err := thief.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: bucket, Key: pack, VersionId: g.first, BypassGovernanceRetention: aws.Bool(true)})
			return err
		},
		"weaken the lock": func() error {
			_, err := thief.PutObjectRetention(ctx, &awss3.PutObjectRetentionInput{Bucket: bucket, Key: pack, VersionId: g.first, BypassGovernanceRetention: aws.Bool(true),
				Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: past}})
			return err
		},
		"lock for long": func() error {
			_, err := thief.PutObjectRetention(ctx, &awss3.PutObjectRetentionInput{Bucket: bucket, Key: pack,
				Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: future}})
			return err
		},
		"suspend versioning": func() error {
			_, err := thief.PutBucketVersioning(ctx, &awss3.PutBucketVersioningInput{Bucket: bucket,
				VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
			return err
		},
		"change the policy": func() error {
			_, err := thief.PutBucketPolicy(ctx, &awss3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String("{}")})
			return err
		},
		"drop the policy": func() error {
			_, err := thief.DeleteBucketPolicy(ctx, &awss3.DeleteBucketPolicyInput{Bucket: bucket})
			return err
		},
		"delete the bucket": func() error { _, err := thief.DeleteBucket(ctx, &awss3.DeleteBucketInput{Bucket: bucket}); return err },
		"change the bucket's lock": func() error {
			_, err := thief.PutObjectLockConfiguration(ctx, &awss3.PutObjectLockConfigurationInput{Bucket: bucket,
				ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled}})
			return err
		},
		"look elsewhere": func() error {
			_, err := thief.ListObjectsV2(ctx, &awss3.ListObjectsV2Input{Bucket: bucket})
			return err
		},
		"write elsewhere": func() error {
			_, err := thief.PutObject(ctx, &awss3.PutObjectInput{Bucket: bucket, Key: aws.String("elsewhere"), Body: strings.NewReader("x")})
			return err
		},
	} {
		if err := attempt(); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("the server let a thief %s, or failed otherwise: %v", what, err)
		}
	}
	for _, name := range []string{"config", grantedPack, "snapshots/s"} { // overwriting cannot be refused
		if _, err := thief.PutObject(ctx, &awss3.PutObjectInput{Bucket: bucket, Key: g.key(name), Body: bytes.NewReader([]byte("ruined"))}); err != nil {
			t.Fatal(err)
		}
	}
	reader := g.as("reader")
	wantObjects(t, reader, map[string]string{"config": "ruined", grantedPack: "ruined", "snapshots/s": "ruined"})
	view, err := reader.AsOf(ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	wantObjects(t, view, map[string]string{"config": "c", grantedPack: "pack", "snapshots/s": "s"})
	if kept, err := reader.Kept(ctx); err != nil || kept.Rewritten != 3 {
		t.Errorf("%+v, %v: that objects were replaced does not show", kept, err)
	}
}
