package s3

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/storage"
)

// List asks for the keys with the prefix, a page of up to 1000 at a time. Keys that are no object's name belong to someone else.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(storage.Info{}, err)
			return
		}
		var token *string
		for {
			page, err := s.page(ctx, s.base+prefix, token, 0)
			if err != nil {
				yield(storage.Info{}, s.fail(ctx, listBucket, prefix, err))
				return
			}
			if !s.yieldPage(page, yield) || !*page.IsTruncated {
				return
			}
			if token = page.NextContinuationToken; token == nil {
				yield(storage.Info{}, storage.Errf(storage.Other, prefix, plain("the listing breaks off without saying how to go on")))
				return
			}
		}
	}
}

// checkPrefix refuses what is no prefix of names.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	if err := storage.CheckName(strings.TrimSuffix(prefix, "/")); err != nil || !strings.HasSuffix(prefix, "/") {
		return storage.Errf(storage.BadName, prefix, err)
	}
	return nil
}

// page asks for keys with a prefix, from where token leads to; nil is the first page. max of 0 is as many as the service gives.
func (s *Store) page(ctx context.Context, prefix string, token *string, max int32) (*awss3.ListObjectsV2Output, error) {
	in := &awss3.ListObjectsV2Input{Bucket: s.bucket(), ContinuationToken: token, EncodingType: types.EncodingTypeUrl}
	if prefix != "" {
		in.Prefix = aws.String(prefix)
	}
	if max > 0 {
		in.MaxKeys = aws.Int32(max)
	}
	var out *awss3.ListObjectsV2Output
	err := s.ask(ctx, func(where func(*awss3.Options)) (err error) {
		out, err = s.client.ListObjectsV2(ctx, in, where)
		return err
	})
	if err != nil {
		return nil, err
	}
	if out.IsTruncated == nil { // such as the page on which a network wants to be paid: it must not pass for an empty listing
		return nil, s.notS3(prefix)
	}
	if out.KeyCount != nil && int(*out.KeyCount) > len(out.Contents)+len(out.CommonPrefixes) {
		return nil, storage.Errf(storage.Corrupt, prefix, plain("a page of the listing lacks entries"))
	}
	return out, nil
}

// yieldPage yields a page's objects and reports whether to go on.
func (s *Store) yieldPage(page *awss3.ListObjectsV2Output, yield func(storage.Info, error) bool) bool {
	for _, o := range page.Contents {
		name, ok := strings.CutPrefix(unescape(page, o), s.base)
		if !ok || storage.CheckName(name) != nil {
			continue
		}
		if !yield(storage.Info{Name: name, Size: aws.ToInt64(o.Size), ModTime: aws.ToTime(o.LastModified)}, nil) {
			return false
		}
	}
	return true
}

// look asks the bucket for one key: the cheapest request whose refusal has a body that says why.
func (s *Store) look(ctx context.Context) error {
	_, err := s.page(ctx, s.base, nil, 1)
	return err
}

// unescape returns an entry's key.
func unescape(page *awss3.ListObjectsV2Output, o types.Object) string {
	return unescaped(page.EncodingType, o.Key)
}
