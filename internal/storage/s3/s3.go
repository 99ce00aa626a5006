// Package s3 keeps a repository's objects in a bucket of Amazon S3, or of a service that speaks its protocol.
//
// Terms: the place is the bucket; an object's key is the prefix, a slash and its name. A compatible service is one whose endpoint is not
// AWS's. An attempt is one request; the SDK makes several of a call where that is worth it.
//
// Promises: credentials come from AWS's own chain (environment, profiles, SSO, roles, the machine's) and appear in no error. A bucket in
// another region than the one configured is found by what S3 answers, once. Each upload carries its SHA-256, signed and, where the service
// knows the header, as the object's checksum; S3 refuses other bytes. The name of a pack or an index object is that sum already (see
// doc/format.md) and is taken at its word, so content that was changed in memory since it was named is refused too. What is read is not
// compared with a checksum: the repository authenticates it.
//
// Attempts repeat on throttling, on failures of the service and of the network, with growing random pauses. A body that breaks off is
// continued where it was. A connection on which nothing moves for a while is taken for dead; a slow one is not.
//
// Every object is one PutObject. Multipart uploads would not help: an object is at most 64 MiB, several are sent at once, an attempt that fails
// costs at most one object, and three and more requests in the place of one cost money and leave parts behind when they break off.
//
// With Config.Lock each object that lasts (storage.Lasting) is put with a retention of object lock, by the service's clock. Object lock is for
// versions: a plain DELETE or PUT of a locked object still succeeds, and only hides it behind a delete marker or a newer version, which
// AsOf sees through. A service that locks without versions refuses instead, with code storage.Locked.
//
// Only packs get the storage class. The others are small, are read by each run and are deleted soon, while the cheaper classes bill at least
// 128 KiB and 30 days an object and each reading.
package s3

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"backup_projeto/internal/storage"
)

// Config says where a store is and how objects are kept.
type Config struct {
	Bucket string
	Prefix string // a folder in the bucket; "" is the bucket's root

	Region   string // "" leaves it to AWS's settings, and then to what the bucket answers
	Endpoint string // "" is AWS, or what AWS's settings say
	Profile  string // of AWS's shared configuration; "" leaves it to AWS's settings

	StorageClass string // of packs; "" is the bucket's default
	SSE          string // "" and "none" leave it to the bucket; else "AES256", "aws:kms" or "aws:kms:dsse"
	KMSKey       string // with aws:kms…; "" is the account's own key

	Lock     time.Duration // for how long what lasts is locked as it is put; 0 leaves it to the bucket
	LockMode string        // "GOVERNANCE" or "COMPLIANCE"; "" is the former

	// HTTP sends requests to the service; nil is the real thing.
	HTTP aws.HTTPClient

	// pause, in tests, is the time before an attempt repeats; nil otherwise.
	pause func(attempt int) time.Duration
}

// Store keeps objects in a bucket.
type Store struct {
	cfg      Config
	client   *awss3.Client
	counter  *counter
	creds    *credentials
	base     string // what an object's key begins with: "", or the prefix and a slash
	foreign  bool   // the service is a compatible one
	endpoint string // for messages
	pause    func(attempt int) time.Duration

	region  atomic.Pointer[string] // what the bucket answered; nil while the configured one does
	reached atomic.Bool            // some answer came from the service

	noChecksum  atomic.Bool // the service refuses x-amz-checksum-sha256
	noCondition atomic.Bool // the service refuses If-None-Match
}

// New prepares a store. It reads AWS's settings; the service is asked only when the store is used.
func New(ctx context.Context, cfg Config) (*Store, error) {
	cfg.Prefix = strings.Trim(cfg.Prefix, "/")
	if cfg.LockMode == "" {
		cfg.LockMode = string(types.ObjectLockModeGovernance)
	}
	s := &Store{cfg: cfg, pause: cfg.pause}
	if cfg.Prefix != "" {
		s.base = cfg.Prefix + "/"
	}
	if s.pause == nil {
		s.pause = backoff
	}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Counts returns what was asked of the service: every attempt, whatever came of it.
func (s *Store) Counts() storage.Counts { return s.counter.counts() }

// Close lets go of idle connections; the store may be used again.
func (s *Store) Close() error {
	s.counter.closeIdle()
	return nil
}

// key returns the key of a name, or an error where it is none.
func (s *Store) key(name string) (*string, error) {
	if err := storage.CheckName(name); err != nil {
		return nil, err
	}
	return aws.String(s.base + name), nil
}

// bucket is the bucket's name as requests take it.
func (s *Store) bucket() *string { return &s.cfg.Bucket }
