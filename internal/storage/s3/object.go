package s3

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"backup_projeto/internal/storage"
)

// Stat asks after the object.
func (s *Store) Stat(ctx context.Context, name string) (storage.Info, error) {
	key, err := s.key(name)
	if err != nil {
		return storage.Info{}, err
	}
	out, err := s.head(ctx, key)
	if err != nil {
		if err = s.explain(ctx, name, key, err); err == nil {
			out, err = s.head(ctx, key)
		}
	}
	if err != nil {
		return storage.Info{}, s.fail(ctx, getObject, name, err)
	}
	return storage.Info{Name: name, Size: aws.ToInt64(out.ContentLength), ModTime: aws.ToTime(out.LastModified)}, nil
}

func (s *Store) head(ctx context.Context, key *string) (out *awss3.HeadObjectOutput, err error) {
	err = s.ask(ctx, func(where func(*awss3.Options)) (err error) {
		out, err = s.client.HeadObject(ctx, &awss3.HeadObjectInput{Bucket: s.bucket(), Key: key}, where)
		return err
	})
	return out, err
}

// explain asks in other ways for what the answer to a HEAD leaves open, since it has no body to say why. No error says that it is worth
// another try: what was wrong, such as the region, is right now.
func (s *Store) explain(ctx context.Context, name string, key *string, err error) error {
	status := answerOf(err).status
	if status == http.StatusNotFound { // the object, or the whole bucket, or what answers is no S3 service at all
		if listErr := s.look(ctx); listErr != nil && codes[answerOf(listErr).code] != Denied {
			return listErr
		}
		return storage.Errf(storage.NotFound, name, nil)
	}
	if status/100 != 4 && status/100 != 3 {
		return err
	}
	if status == http.StatusForbidden && s.isAbsent(ctx, key) {
		return storage.Errf(storage.NotFound, name, nil)
	}
	return s.ask(ctx, func(where func(*awss3.Options)) error {
		in := &awss3.GetObjectInput{Bucket: s.bucket(), Key: key, Range: aws.String("bytes=0-0")}
		out, err := s.client.GetObject(ctx, in, where)
		if err == nil {
			out.Body.Close()
		}
		return err
	})
}

// isAbsent reports that a listing which is allowed shows no such object. S3 says that the absent is forbidden to those who may not list the
// bucket, and so it says to those who may list one folder of it.
func (s *Store) isAbsent(ctx context.Context, key *string) bool {
	found, err := s.page(ctx, *key, nil, 1)
	if err != nil {
		return false
	}
	return len(found.Contents) == 0 || unescape(found, found.Contents[0]) != *key
}

// Delete removes the object. In a bucket with versions it hides it; the bucket's own rules say when the versions go.
func (s *Store) Delete(ctx context.Context, name string) error {
	key, err := s.key(name)
	if err != nil {
		return err
	}
	err = s.ask(ctx, func(where func(*awss3.Options)) error {
		_, err := s.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: s.bucket(), Key: key}, where)
		return err
	})
	if err = s.fail(ctx, deleteObject, name, err); storage.IsNotFound(err) {
		return nil
	}
	return err
}
