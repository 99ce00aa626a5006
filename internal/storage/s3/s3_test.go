package s3_test

import (
	"fmt"
	"sync/atomic"
	"testing"

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

func TestConformanceWithPrefix(t *testing.T) {
	s3test.Start(t).Setenv(t)
	storagetest.Run(t, func(t *testing.T) storage.Store {
		return observe.New(open(t, s3.Config{Bucket: newBucket(), Prefix: "backups/my laptop/é+%"}))
	})
}
