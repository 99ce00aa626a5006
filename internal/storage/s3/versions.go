package s3

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/storage"
)

// version is one version of an object, or a delete marker.
type version struct {
	name   string
	id     *string
	size   int64
	etag   string
	time   time.Time
	marker bool
	latest bool
}

// versions calls fn for each version of what has the prefix, the newest of an object first; of versions and markers, which S3 lists apart,
// only among themselves. A version that the listing repeats comes once: versions are counted.
func (s *Store) versions(ctx context.Context, prefix string, fn func(version)) error {
	in := &awss3.ListObjectVersionsInput{Bucket: s.bucket(), EncodingType: types.EncodingTypeUrl}
	if s.base+prefix != "" {
		in.Prefix = aws.String(s.base + prefix)
	}
	seen := storage.Seen{}
	once := func(v version) {
		if !seen.Again(fmt.Sprintf("%s\x00%s\x00%t", v.name, aws.ToString(v.id), v.marker)) {
			fn(v)
		}
	}
	for {
		var out *awss3.ListObjectVersionsOutput
		err := s.ask(ctx, func(where func(*awss3.Options)) (err error) {
			out, err = s.client.ListObjectVersions(ctx, in, where)
			return err
		})
		switch {
		case err != nil && answerOf(err).unknown():
			return storage.Errf(storage.NoVersions, s.cfg.Bucket, nil)
		case err == nil && out.IsTruncated == nil:
			err = s.notS3(prefix)
		}
		if err != nil {
			return s.fail(ctx, listVersions, prefix, err)
		}
		s.eachVersion(out, once)
		if !*out.IsTruncated {
			return nil
		}
		next := unescaped(out.EncodingType, out.NextKeyMarker)
		if out.NextKeyMarker == nil || next == aws.ToString(in.KeyMarker) && aws.ToString(out.NextVersionIdMarker) == aws.ToString(in.VersionIdMarker) {
			return storage.Errf(storage.Other, prefix, plain("the listing breaks off without saying how to go on"))
		}
		in.KeyMarker, in.VersionIdMarker = &next, out.NextVersionIdMarker
	}
}

func (s *Store) eachVersion(page *awss3.ListObjectVersionsOutput, fn func(version)) {
	name := func(key *string) (string, bool) {
		name, ok := strings.CutPrefix(unescaped(page.EncodingType, key), s.base)
		return name, ok && storage.CheckName(name) == nil
	}
	for _, v := range page.Versions {
		if n, ok := name(v.Key); ok {
			fn(version{name: n, id: v.VersionId, size: aws.ToInt64(v.Size), etag: aws.ToString(v.ETag), latest: aws.ToBool(v.IsLatest),
				time: s.putTime(v.VersionId, aws.ToTime(v.LastModified))})
		}
	}
	for _, m := range page.DeleteMarkers {
		if n, ok := name(m.Key); ok {
			fn(version{name: n, id: m.VersionId, marker: true, latest: aws.ToBool(m.IsLatest), time: s.putTime(m.VersionId, aws.ToTime(m.LastModified))})
		}
	}
}

// putTime is when a version was put. S3 says that; versitygw says of an older version when it was replaced, and of a marker when the object was
// put, but its ids are ULIDs, which begin with the millisecond of their making, in ten digits of Crockford's base 32.
func (s *Store) putTime(id *string, told time.Time) time.Time {
	text := aws.ToString(id)
	if !s.foreign || len(text) != 26 {
		return told
	}
	ms := int64(0)
	for i := range len(text) {
		digit := strings.IndexByte("0123456789ABCDEFGHJKMNPQRSTVWXYZ", text[i])
		if digit < 0 {
			return told
		}
		if i < 10 {
			ms = ms<<5 | int64(digit)
		}
	}
	if made := time.UnixMilli(ms); made.Year() > 2000 && made.Year() < 2200 {
		return made
	}
	return told
}

// unescaped returns a key as it is. One that cannot be read as the page says it is written is none of ours, and stays as it is.
func unescaped(how types.EncodingType, key *string) string {
	if how == types.EncodingTypeUrl {
		if read, err := url.QueryUnescape(aws.ToString(key)); err == nil {
			return read
		}
	}
	return aws.ToString(key)
}

// hides reports whether v is newer than w, which was listed before. S3 tells times by the second: of two versions of one second the one that
// was listed first is newer; of a version and a marker that is not known, unless one is the latest, and the version counts: better to
// show what was deleted than to miss what was there.
func (v version) hides(w version) bool {
	switch {
	case !v.time.Equal(w.time):
		return v.time.After(w.time)
	case v.latest != w.latest:
		return v.latest
	}
	return w.marker && !v.marker
}

// Ends returns when each version of an object but the newest was followed by the next one, or by a delete marker.
func (s *Store) Ends(ctx context.Context, name string) ([]time.Time, error) {
	if _, err := s.key(name); err != nil {
		return nil, err
	}
	var puts []time.Time
	err := s.versions(ctx, name, func(v version) {
		if v.name == name {
			puts = append(puts, v.time)
		}
	})
	if err != nil || len(puts) == 0 {
		return nil, err
	}
	slices.SortFunc(puts, func(a, b time.Time) int { return b.Compare(a) })
	return puts[:len(puts)-1], nil
}

// Kept sums up the versions that a plain listing does not show.
func (s *Store) Kept(ctx context.Context) (storage.Kept, error) {
	var k storage.Kept
	var name, latest string // the object whose versions come, and the etag of the one in place
	rewritten := false
	err := s.versions(ctx, "", func(v version) {
		switch {
		case v.marker:
			k.Markers++
			return
		case v.latest:
			name, latest, rewritten = v.name, v.etag, false
			return
		}
		k.Versions++
		k.Bytes += v.size
		if v.name == name && v.etag != latest && !rewritten {
			rewritten = true
			if k.Rewritten++; k.Rewritten == 1 {
				k.First = name
			}
		}
	})
	return k, err
}
