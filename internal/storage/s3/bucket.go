package s3

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Exists reports whether the bucket is there.
func (s *Store) Exists(ctx context.Context) (bool, error) {
	err := s.fail(ctx, listBucket, s.cfg.Bucket, s.look(ctx))
	if core.CodeOf(err) == storage.NoPlace {
		return false, nil
	}
	return err == nil, err
}

// Ensure makes the bucket, in the region that is configured. What AWS gives a new bucket (no public access, encryption) is left as it is.
func (s *Store) Ensure(ctx context.Context) error {
	if there, err := s.Exists(ctx); there || err != nil {
		return err
	}
	err := s.ask(ctx, func(where func(*awss3.Options)) error {
		in := &awss3.CreateBucketInput{Bucket: s.bucket()}
		// The first region has no name as a place, and a compatible service that was not told its region has none either.
		if region := s.signedFor(); region != anyRegion {
			in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}
		}
		if s.cfg.Lock > 0 { // which switches versioning on as well; afterwards it takes a support case with some services
			in.ObjectLockEnabledForBucket = aws.Bool(true)
		}
		_, err := s.client.CreateBucket(ctx, in, where)
		return err
	})
	if answerOf(err).code == "BucketAlreadyOwnedByYou" {
		err = nil
	}
	if err != nil {
		return s.fail(ctx, createBucket, s.cfg.Bucket, err)
	}
	return s.await(ctx)
}

// await waits until a new bucket is there for everyone who asks, which AWS does not promise at once.
func (s *Store) await(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		there, err := s.Exists(ctx)
		if there || err != nil {
			return err
		}
		if attempt == maxAttempts {
			return storage.Errf(storage.NoPlace, s.cfg.Bucket, plain("made, but not to be seen"))
		}
		if err := sleep(ctx, s.pause(attempt)); err != nil {
			return storage.Errf(storage.Other, s.cfg.Bucket, err)
		}
	}
}
