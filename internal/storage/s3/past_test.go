package s3

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// versionsPage answers with a page of a listing of versions; each entry is "kind key id time latest".
func versionsPage(next string, entries ...string) reply {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>%v</IsTruncated>`, next != "")
	if next != "" {
		key, id, _ := strings.Cut(next, " ")
		fmt.Fprintf(&b, "<NextKeyMarker>%s</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker>", key, id)
	}
	for _, e := range entries {
		f := strings.Fields(e)
		fmt.Fprintf(&b, "<%s><Key>%s</Key><VersionId>%s</VersionId><LastModified>2026-11-25T%sZ</LastModified><IsLatest>%s</IsLatest>"+
			"<ETag>%s</ETag><Size>7</Size></%s>", f[0], f[1], f[2], f[3], f[4], f[2], f[0])
	}
	return gives(200, b.String()+"</ListVersionsResult>", "Content-Type: application/xml")
}

// enabled answers that a bucket keeps versions.
var enabled = gives(200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "Content-Type: application/xml")

// TestVersionPages: a listing goes on where its markers say, with the key as it is and not as the answer writes it.
func TestVersionPages(t *testing.T) {
	s, service := scripted(t, Config{Prefix: "a b"}, enabled,
		versionsPage("a+b/packs/ab/x v2", "Version a+b/packs/ab/x v3 10:00:03 true", "Version a+b/packs/ab/x v2 10:00:02 false"),
		versionsPage("", "Version a+b/packs/ab/x v1 10:00:01 false", "DeleteMarker a+b/packs/cd/y m 10:00:02 true", "Version a+b/packs/cd/y v 10:00:01 false"),
		gives(200, "content"))
	view, err := s.AsOf(t.Context(), time.Date(2026, 11, 25, 10, 0, 1, 999, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for info, err := range view.List(t.Context(), "packs/") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, info.Name)
	}
	if fmt.Sprint(names) != "[packs/ab/x packs/cd/y]" {
		t.Errorf("the view has %v", names)
	}
	if data, err := storage.ReadAll(t.Context(), view, "packs/ab/x", 100); err != nil || string(data) != "content" {
		t.Errorf("read %q, %v", data, err)
	}
	got := wantRequests(t, service, 4)
	if q := got[2].URL.Query(); q.Get("key-marker") != "a b/packs/ab/x" || q.Get("version-id-marker") != "v2" || q.Get("prefix") != "a b/packs/" {
		t.Errorf("the second page was asked for with %v", q)
	}
	if q := got[3].URL.Query(); q.Get("versionId") != "v1" {
		t.Errorf("the object was asked for with %v, want its first version", q)
	}
	if c := s.Counts(); c.List != 2 || c.Stat != 1 || c.Get != 1 {
		t.Errorf("counted %+v", c)
	}
}

// TestVersionsRepeated: what a listing has twice, in one page or in the next, is counted once.
func TestVersionsRepeated(t *testing.T) {
	first := []string{"Version packs/ab/x v3 10:00:03 true", "Version packs/ab/x v2 10:00:02 false", "Version packs/ab/x v2 10:00:02 false"}
	second := append(first[1:2:2], "Version packs/ab/x v1 10:00:01 false", "DeleteMarker packs/cd/y m 10:00:02 true", "DeleteMarker packs/cd/y m 10:00:02 true",
		"Version packs/cd/y m 10:00:01 false") // an id that a marker has, too
	s, _ := scripted(t, Config{}, versionsPage("packs/ab/x v2", first...), versionsPage("", second...))
	kept, err := s.Kept(t.Context())
	want := storage.Kept{Versions: 3, Bytes: 21, Markers: 1, Rewritten: 1, First: "packs/ab/x"}
	if err != nil || kept != want {
		t.Errorf("kept are %+v, %v; want %+v", kept, err, want)
	}
	s, _ = scripted(t, Config{}, versionsPage("packs/ab/x v2", first...), versionsPage("", second...))
	if ends, err := s.Ends(t.Context(), "packs/ab/x"); err != nil || len(ends) != 2 {
		t.Errorf("the versions before the newest ended at %v, %v", ends, err)
	}
}

// TestVersionPagesBreakOff: a listing that does not say how to go on, or goes in a circle, is an error and no short past.
func TestVersionPagesBreakOff(t *testing.T) {
	for what, second := range map[string]reply{
		"circle":  versionsPage("packs/ab/x v2", "Version packs/ab/x v2 10:00:02 false"),
		"not S3":  gives(200, "<html>", "Content-Type: text/html"),
		"refused": fails(403, "AccessDenied", "not yours"),
	} {
		s, _ := scripted(t, Config{}, enabled, versionsPage("packs/ab/x v2", "Version packs/ab/x v3 10:00:03 true"), second)
		view, err := s.AsOf(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		failed := false
		for _, err := range view.List(t.Context(), "") {
			failed = err != nil
		}
		if !failed {
			t.Errorf("%s: the listing ends without an error", what)
		}
		if _, err := view.Stat(t.Context(), "config"); err == nil || storage.IsNotFound(err) {
			t.Errorf("%s: Stat says %v", what, err)
		}
	}
}

// TestWithinOneSecond: where S3's times do not tell what was first, what was there is shown, unless one is known to be the latest.
func TestWithinOneSecond(t *testing.T) {
	for entries, want := range map[string]string{
		"Version x v2 10:00:01 false,Version x v1 10:00:01 false":                                     "v2",
		"Version x v1 10:00:01 false,DeleteMarker x m 10:00:01 false":                                 "v1",
		"Version x v1 10:00:01 false,DeleteMarker x m 10:00:01 true":                                  "",
		"Version x v3 10:00:09 true,Version x v1 10:00:01 false,DeleteMarker x m 10:00:02 false":      "",
		"Version x v2 10:00:02 false,Version x v1 10:00:01 false,DeleteMarker x m 10:00:01 false":     "v2",
		"Version x v4 10:00:03 true,Version x v1 10:00:01 false,DeleteMarker x m 10:00:00 false":      "v1",
		"Version x v4 10:00:02 true,Version x v1 10:00:02 false,DeleteMarker x m 10:00:02 false":      "v4",
		"DeleteMarker x m2 10:00:02 true,DeleteMarker x m1 10:00:01 false,Version x v 10:00:00 false": "",
	} {
		s, _ := scripted(t, Config{}, enabled, versionsPage("", strings.Split(entries, ",")...))
		view, err := s.AsOf(t.Context(), time.Date(2026, 11, 25, 10, 0, 2, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		v, err := view.(*past).find(t.Context(), "x")
		if err == nil {
			got = *v.id
		}
		if got != want {
			t.Errorf("%s: found %q, %v; want %q", entries, got, err, want)
		}
	}
}

// TestMarkerOnAnEarlierPage: the same, where the marker is seen first.
func TestMarkerOnAnEarlierPage(t *testing.T) {
	at := time.Now()
	marker, object := version{time: at, marker: true}, version{time: at}
	if !object.hides(marker) || marker.hides(object) {
		t.Error("what was deleted within the second is missed")
	}
	if marker.latest = true; object.hides(marker) || !marker.hides(object) {
		t.Error("what is deleted now is shown")
	}
}

// TestPastIsHonest: a bucket, or a service, that keeps nothing says so.
func TestPastIsHonest(t *testing.T) {
	for what, answer := range map[string]reply{
		"never versioned": gives(200, "<VersioningConfiguration/>", "Content-Type: application/xml"),
		"not known":       fails(501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
	} {
		s, _ := scripted(t, Config{}, answer)
		_, err := s.AsOf(t.Context(), time.Now())
		wantCode(t, what, err, storage.NoVersions)
	}
	s, _ := scripted(t, Config{}, fails(403, "AccessDenied", "Access Denied"))
	_, err := s.AsOf(t.Context(), time.Now())
	wantCode(t, "not allowed", err, Denied)
	if !strings.Contains(err.Error(), "s3:GetBucketVersioning") {
		t.Errorf("%v does not say which right is missing", err)
	}
}

// TestLockHeaders: an upload with a lock bears what services want with one, by the service's clock; what is deleted soon has none.
func TestLockHeaders(t *testing.T) {
	later := time.Now().Add(10 * time.Minute)
	dated := gives(200, "", `ETag: "e"`, "Date: "+later.UTC().Format(http.TimeFormat))
	s, service := scripted(t, Config{Lock: 24 * time.Hour, LockMode: "COMPLIANCE", Endpoint: "http://s3.example.com"}, dated, dated, dated,
		fails(400, "InvalidArgument", "x-amz-sdk-checksum-algorithm is not known"), dated)
	for _, name := range []string{"config", "index/i", "sessions/s", "keys/k"} {
		if err := s.Put(context.Background(), name, []byte("content")); err != nil {
			t.Fatal(err)
		}
	}
	got := wantRequests(t, service, 5)
	for i, want := range []time.Time{time.Now().Add(24 * time.Hour), later.Add(24 * time.Hour), {}, later.Add(24 * time.Hour), later.Add(24 * time.Hour)} {
		h := got[i].Header
		until, _ := time.Parse(time.RFC3339, h.Get("X-Amz-Object-Lock-Retain-Until-Date"))
		if until.Sub(want).Abs() > 5*time.Second {
			t.Errorf("request %d locks until %v, want %v", i, until, want)
		}
		if mode := h.Get("X-Amz-Object-Lock-Mode"); (mode == "COMPLIANCE") == want.IsZero() {
			t.Errorf("request %d has mode %q", i, mode)
		}
		named := h.Get("X-Amz-Sdk-Checksum-Algorithm") == "SHA256" && h.Get("X-Amz-Checksum-Sha256") != ""
		if i < 2 && !named || i == 4 && h.Get("Content-Md5") == "" {
			t.Errorf("request %d lacks the checksum that a lock needs: %v", i, h)
		}
	}
}

// TestUnlockedPutIsAsBefore: without locks an upload has none of their headers.
func TestUnlockedPutIsAsBefore(t *testing.T) {
	s, service := scripted(t, Config{}, stored)
	if err := s.Put(t.Context(), "packs/ab/abc", []byte("content")); err != nil {
		t.Fatal(err)
	}
	for name := range wantRequests(t, service, 1)[0].Header {
		if low := strings.ToLower(name); strings.Contains(low, "lock") || strings.Contains(low, "md5") || strings.Contains(low, "sdk-checksum") {
			t.Errorf("the upload has %s", name)
		}
	}
}

// TestRetentionRequest: a lock is lengthened with a checksum that every service takes, and bypasses nothing.
func TestRetentionRequest(t *testing.T) {
	l := storage.Lock{Until: time.Now().Add(time.Hour), Mode: storage.Governance}
	s, service := scripted(t, Config{}, gives(200, ""))
	if err := s.Lock(t.Context(), "packs/ab/abc", l); err != nil {
		t.Fatal(err)
	}
	wantRetention(t, wantRequests(t, service, 1)[0], "GOVERNANCE", false)
	s, service = scripted(t, Config{}, refusedByLock)
	wantCode(t, "Lock", s.Lock(t.Context(), "x", l), storage.Locked)
	wantRequests(t, service, 1)
	s, _ = scripted(t, Config{}, fails(403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObjectRetention on resource"))
	err := s.Lock(t.Context(), "x", l)
	wantCode(t, "Lock", err, Denied)
	if !storage.IsDenied(err) || !strings.Contains(err.Error(), "s3:PutObjectRetention") {
		t.Errorf("%v", err)
	}
}

var refusedByLock = fails(403, "AccessDenied", "Access Denied because object protected by object lock.")

// wantRetention looks at a request that sets a lock.
func wantRetention(t *testing.T, r request, mode string, bypasses bool) {
	t.Helper()
	if !strings.Contains(string(r.body), mode) || r.Header.Get("Content-Md5") != *contentMD5(r.body) || !strings.Contains(r.Header.Get("Authorization"), "content-md5") {
		t.Errorf("the request is not of mode %s, or lacks its checksum: %s %v", mode, r.body, r.Header)
	}
	if got := r.Header.Get("X-Amz-Bypass-Governance-Retention"); (got == "true") != bypasses {
		t.Errorf("bypass is %q in a request of mode %s", got, mode)
	}
}

// TestRaisingRequests: a lock is made firmer past the right that guards it only where that shortens nothing, and only if it has to.
func TestRaisingRequests(t *testing.T) {
	l := storage.Lock{Until: time.Now().Add(30 * 24 * time.Hour), Mode: storage.Compliance}
	is := func(mode string, until time.Time) reply {
		return gives(200, "<Retention><Mode>"+mode+"</Mode><RetainUntilDate>"+until.UTC().Format(time.RFC3339)+"</RetainUntilDate></Retention>")
	}
	s, service := scripted(t, Config{}, refusedByLock, is("GOVERNANCE", l.Until.Add(-time.Hour)), gives(200, ""))
	if err := s.Lock(t.Context(), "x", l); err != nil {
		t.Fatal(err)
	}
	sent := wantRequests(t, service, 3)
	wantRetention(t, sent[0], "COMPLIANCE", false)
	wantRetention(t, sent[2], "COMPLIANCE", true)

	for _, there := range []reply{is("GOVERNANCE", l.Until.Add(time.Hour)), is("COMPLIANCE", l.Until.Add(time.Hour))} {
		s, service = scripted(t, Config{}, refusedByLock, there)
		wantCode(t, "a shorter lock", s.Lock(t.Context(), "x", l), storage.Locked)
		wantRequests(t, service, 2)
	}
	s, _ = scripted(t, Config{}, refusedByLock, is("GOVERNANCE", l.Until.Add(-time.Hour)), refusedByLock)
	if err := s.Lock(t.Context(), "x", l); core.CodeOf(err) != Denied || !strings.Contains(err.Error(), "s3:BypassGovernanceRetention") {
		t.Errorf("%v", err)
	}
}
