package s3_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/s3"
	"backup_projeto/internal/storage/s3/s3test"
)

// day is a length of time of locks.
const day = 24 * time.Hour

// put stores objects.
func put(t *testing.T, s storage.Store, objects map[string]string) {
	t.Helper()
	for name, content := range objects {
		if err := s.Put(t.Context(), name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
}

// wantObjects compares all that a store lists and holds.
func wantObjects(t *testing.T, s storage.Store, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		data, err := storage.ReadAll(t.Context(), s, info.Name, 1<<20)
		if err != nil {
			t.Errorf("%s: %v", info.Name, err)
		}
		if stat, err := s.Stat(t.Context(), info.Name); err != nil || stat != info || info.Size != int64(len(data)) {
			t.Errorf("%s is listed as %+v and described as %+v, %v", info.Name, info, stat, err)
		}
		got[info.Name] = string(data)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the store holds %v, want %v", got, want)
	}
}

// moment waits until the next second has begun, since S3 tells times by the second, and returns the end of the one before.
func moment(t *testing.T) time.Time {
	t.Helper()
	now := time.Now()
	next := now.Truncate(time.Second).Add(time.Second)
	time.Sleep(time.Until(next) + 20*time.Millisecond)
	return next.Add(-1)
}

// TestRealPast: what was deleted and overwritten is found again as it was at each moment, and nothing can be written there.
func TestRealPast(t *testing.T) {
	server := s3test.StartVersioned(t)
	server.Setenv(t)
	bucket := newBucket()
	s := open(t, s3.Config{Bucket: bucket, Prefix: "a b+é/x"})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AsOf(t.Context(), time.Now()); err == nil {
		t.Error("a bucket without versions has a past")
	} else {
		wantCode(t, "AsOf", err, storage.NoVersions)
	}
	switchVersioning(t, server, bucket)
	before := moment(t)
	first := map[string]string{"config": "c", "packs/ab/abc": "one", "packs/cd/cde": "two", "sessions/s": "s"}
	put(t, s, first)
	whole := moment(t)
	put(t, s, map[string]string{"packs/ab/abc": "ruined", "index/new": "n"})
	for _, name := range []string{"config", "packs/cd/cde", "sessions/s"} {
		if err := s.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	wantObjects(t, s, map[string]string{"packs/ab/abc": "ruined", "index/new": "n"})
	for _, test := range []struct {
		at   time.Time
		want map[string]string
	}{
		{before, nil}, {whole, first}, {moment(t), map[string]string{"packs/ab/abc": "ruined", "index/new": "n"}},
	} {
		view, err := s.AsOf(t.Context(), test.at)
		if err != nil {
			t.Fatal(err)
		}
		wantObjects(t, view, test.want)
	}
	view, err := s.AsOf(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	data, err := storage.ReadAll(t.Context(), view, "packs/ab/abc", 100) // without a listing before
	if err != nil || string(data) != "one" {
		t.Errorf("the pack was %q, %v", data, err)
	}
	var part [2]byte
	if err := storage.ReadRange(t.Context(), view, "packs/ab/abc", 1, part[:]); err != nil || string(part[:]) != "ne" {
		t.Errorf("its end was %q, %v", part, err)
	}
	_, err = view.Get(t.Context(), "packs/ab/none", 0, -1)
	wantCode(t, "Get", err, storage.NotFound)
	wantCode(t, "Put", view.Put(t.Context(), "config", nil), storage.ReadOnly)
	wantCode(t, "Create", storage.Create(t.Context(), view, "x", nil), storage.ReadOnly)
	wantCode(t, "Delete", view.Delete(t.Context(), "config"), storage.ReadOnly)

	kept, err := s.Kept(t.Context())
	want := storage.Kept{Versions: 4, Bytes: 8, Markers: 3, Rewritten: 1, First: "packs/ab/abc"}
	if err != nil || kept != want {
		t.Errorf("beside what it lists the store keeps %+v, %v; want %+v", kept, err, want)
	}
}

// TestRealEnds: when what stood under a name was overwritten or deleted is known, the last time first, and of no other name.
func TestRealEnds(t *testing.T) {
	server := s3test.StartVersioned(t)
	server.Setenv(t)
	bucket := newBucket()
	s := open(t, s3.Config{Bucket: bucket, Prefix: "team"})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	switchVersioning(t, server, bucket)
	put(t, s, map[string]string{"config": "first"})
	want := 0
	check := func() {
		t.Helper()
		ends, err := s.Ends(t.Context(), "config")
		if err != nil || len(ends) != want || !slices.IsSortedFunc(ends, func(a, b time.Time) int { return b.Compare(a) }) {
			t.Errorf("%v, %v; want %d moments", ends, err, want)
		}
		for _, end := range ends {
			if time.Since(end).Abs() > time.Minute {
				t.Errorf("it ended at %v", end)
			}
		}
	}
	check()
	put(t, s, map[string]string{"config": "second", "config-other": "x"})
	put(t, s, map[string]string{"config-other": "y"})
	want = 1
	check()
	if err := s.Delete(t.Context(), "config"); err != nil {
		t.Fatal(err)
	}
	want = 2
	check()
	if ends, err := s.Ends(t.Context(), "none"); err != nil || len(ends) > 0 {
		t.Errorf("of nothing: %v, %v", ends, err)
	}
}

// switchVersioning lets a bucket keep versions from now on.
func switchVersioning(t *testing.T, server *s3test.Server, bucket string) {
	t.Helper()
	_, err := client(t, server, server.Access, server.Secret).PutBucketVersioning(t.Context(), &awss3.PutBucketVersioningInput{Bucket: &bucket,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRealLock: what lasts is locked as it is put, a lock can be lengthened and not weakened, and a deletion hides what it cannot delete.
func TestRealLock(t *testing.T) {
	for _, mode := range []string{"GOVERNANCE", "COMPLIANCE"} {
		t.Run(mode, func(t *testing.T) {
			server := s3test.StartVersioned(t)
			server.Setenv(t)
			bucket := newBucket()
			s := open(t, s3.Config{Bucket: bucket, Lock: 30 * day, LockMode: mode})
			if err := s.Ensure(t.Context()); err != nil {
				t.Fatal(err)
			}
			if on, err := s.Locks(t.Context()); err != nil || !on {
				t.Fatalf("the new bucket cannot lock: %v, %v", on, err)
			}
			names := []string{"config", "keys/k", "packs/ab/abc", "index/i", "snapshots/s", "sessions/s", "gc/m", "trash/s.d"}
			for _, name := range names {
				put(t, s, map[string]string{name: name})
				l, err := s.LockOf(t.Context(), name)
				if err != nil || storage.Lasting(name) == (l.Mode == storage.Unlocked) || !l.Until.IsZero() && time.Until(l.Until.Add(-30*day)).Abs() > time.Minute {
					t.Errorf("%s is locked until %v in mode %d, %v", name, l.Until, l.Mode, err)
				}
			}
			const pack = "packs/ab/abc"
			is, err := s.LockOf(t.Context(), pack)
			if _, own := s.LockLength(); err != nil || is.Mode != own {
				t.Fatalf("the pack is locked in mode %d, want %d; %v", is.Mode, own, err)
			}
			longer := storage.Lock{Until: time.Now().Add(60 * day).UTC().Truncate(time.Second), Mode: is.Mode}
			if err := s.Lock(t.Context(), pack, longer); err != nil {
				t.Fatal(err)
			}
			wantLock(t, s, pack, longer)
			shorter := longer
			shorter.Until = longer.Until.Add(-10 * day)
			wantCode(t, "a shorter lock", s.Lock(t.Context(), pack, shorter), storage.Locked)
			if mode == "COMPLIANCE" {
				longer.Until = longer.Until.Add(day)
				wantCode(t, "a weaker lock", s.Lock(t.Context(), pack, storage.Lock{Until: longer.Until, Mode: storage.Governance}), storage.Locked)
				if err := open(t, s3.Config{Bucket: bucket}).Lock(t.Context(), pack, longer); err != nil { // of a device that locks nothing itself
					t.Error(err)
				}
			} else {
				shorter.Mode = storage.Compliance
				wantCode(t, "a firmer, shorter lock", s.Lock(t.Context(), pack, shorter), storage.Locked)
				wantLock(t, s, pack, longer)
				longer.Mode = storage.Compliance
				if err := s.Lock(t.Context(), pack, longer); err != nil {
					t.Errorf("a firmer lock: %v", err)
				}
				wantCode(t, "a weaker lock", s.Lock(t.Context(), pack, storage.Lock{Until: longer.Until.Add(day), Mode: storage.Governance}), storage.Locked)
			}
			wantLock(t, s, pack, longer)
			at := moment(t)
			if err := s.Delete(t.Context(), pack); err != nil {
				t.Fatal(err)
			}
			_, err = s.Stat(t.Context(), pack)
			wantCode(t, "Stat of what was deleted", err, storage.NotFound)
			purgeIsRefused(t, server, bucket, pack)
			view, err := s.AsOf(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if data, err := storage.ReadAll(t.Context(), view, pack, 100); err != nil || string(data) != pack {
				t.Errorf("the deleted pack was %q, %v", data, err)
			}
		})
	}
}

// wantLock looks at an object's lock.
func wantLock(t *testing.T, s *s3.Store, name string, want storage.Lock) {
	t.Helper()
	if is, err := s.LockOf(t.Context(), name); err != nil || !is.Until.Equal(want.Until) || is.Mode != want.Mode {
		t.Errorf("%s is locked until %v in mode %d, want %v, %d; %v", name, is.Until, is.Mode, want.Until, want.Mode, err)
	}
}

// purgeIsRefused tries to delete every version of an object.
func purgeIsRefused(t *testing.T, server *s3test.Server, bucket, name string) {
	t.Helper()
	root := client(t, server, server.Access, server.Secret)
	out, err := root.ListObjectVersions(t.Context(), &awss3.ListObjectVersionsInput{Bucket: &bucket, Prefix: &name})
	if err != nil || len(out.Versions) != 1 || len(out.DeleteMarkers) != 1 {
		t.Fatalf("the versions of %s: %+v, %v", name, out, err)
	}
	_, err = root.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: &bucket, Key: &name, VersionId: out.Versions[0].VersionId})
	if err == nil {
		t.Errorf("a locked version of %s was deleted", name)
	}
}

// TestRealDefaultLock: what the bucket locks by itself stays, also where the program sets no lock, and can be hidden; a longer lock of the program
// holds beside it. (S3 writes the bucket's rule onto each object; this server applies it when it is asked to delete.)
func TestRealDefaultLock(t *testing.T) {
	server := s3test.StartVersioned(t)
	server.Setenv(t)
	bucket := newBucket()
	if err := open(t, s3.Config{Bucket: bucket, Lock: day}).Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := client(t, server, server.Access, server.Secret).PutObjectLockConfiguration(t.Context(), &awss3.PutObjectLockConfigurationInput{Bucket: &bucket,
		ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled, Rule: &types.ObjectLockRule{
			DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(7)}}}})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, s3.Config{Bucket: bucket})
	put(t, s, map[string]string{"packs/ab/abc": "x", "sessions/s": "s"})
	for _, name := range []string{"sessions/s", "packs/ab/abc"} { // the bucket locks short-lived objects too
		if err := s.Delete(t.Context(), name); err != nil {
			t.Error(err)
		}
		purgeIsRefused(t, server, bucket, name)
	}
	own := open(t, s3.Config{Bucket: bucket, Lock: 30 * day})
	put(t, own, map[string]string{"index/i": "x"})
	if l, err := own.LockOf(t.Context(), "index/i"); err != nil || time.Until(l.Until) < 29*day {
		t.Errorf("the index object is locked until %v, %v", l.Until, err)
	}
}

// TestRealLockWithoutVersions: a service that locks without versions refuses to delete, and says why.
func TestRealLockWithoutVersions(t *testing.T) {
	s3test.Start(t).Setenv(t)
	s := open(t, s3.Config{Bucket: newBucket(), Lock: 30 * day})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, s, map[string]string{"packs/ab/abc": "x", "sessions/s": "s"})
	wantCode(t, "Delete", s.Delete(t.Context(), "packs/ab/abc"), storage.Locked)
	wantCode(t, "Put", s.Put(t.Context(), "packs/ab/abc", []byte("other")), storage.Locked)
	if err := s.Delete(t.Context(), "sessions/s"); err != nil {
		t.Errorf("a session is locked: %v", err)
	}
	wantObjects(t, s, map[string]string{"packs/ab/abc": "x"})
}

// TestRealNoLocks: a bucket without object lock says so at the first upload.
func TestRealNoLocks(t *testing.T) {
	s3test.StartVersioned(t).Setenv(t)
	bucket := newBucket()
	if err := open(t, s3.Config{Bucket: bucket}).Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := open(t, s3.Config{Bucket: bucket, Lock: day})
	wantCode(t, "Put", s.Put(t.Context(), "config", []byte("x")), storage.NoLocks)
	wantCode(t, "Lock", func() error {
		put(t, s, map[string]string{"sessions/s": "s"})
		return s.Lock(context.Background(), "sessions/s", storage.Lock{Until: time.Now().Add(day), Mode: storage.Governance})
	}(), storage.NoLocks)
	if on, err := s.Locks(t.Context()); on || err != nil {
		t.Errorf("the bucket says that it locks: %v, %v", on, err)
	}
}
