package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Locks asks whether object lock is switched on for the bucket. A service that does not know it has none.
func (s *Store) Locks(ctx context.Context) (bool, error) {
	var out *awss3.GetObjectLockConfigurationOutput
	err := s.ask(ctx, func(where func(*awss3.Options)) (err error) {
		out, err = s.client.GetObjectLockConfiguration(ctx, &awss3.GetObjectLockConfigurationInput{Bucket: s.bucket()}, where)
		return err
	})
	switch a := answerOf(err); {
	case err == nil:
		c := out.ObjectLockConfiguration
		return c != nil && c.ObjectLockEnabled == types.ObjectLockEnabledEnabled, nil
	case a.code == "ObjectLockConfigurationNotFoundError", a.unknown():
		return false, nil
	}
	return false, s.fail(ctx, getLocking, s.cfg.Bucket, err)
}

// unknown reports an answer of a service that does not know what it was asked for.
func (a answer) unknown() bool {
	return a.code == "NotImplemented" || a.code == "MethodNotAllowed" || a.status == 501 || a.status == 405
}

// LockOf asks for the retention of the object's newest version.
func (s *Store) LockOf(ctx context.Context, name string) (storage.Lock, error) {
	key, err := s.key(name)
	if err != nil {
		return storage.Lock{}, err
	}
	var out *awss3.GetObjectRetentionOutput
	err = s.ask(ctx, func(where func(*awss3.Options)) (err error) {
		out, err = s.client.GetObjectRetention(ctx, &awss3.GetObjectRetentionInput{Bucket: s.bucket(), Key: key}, where)
		return err
	})
	if err == nil {
		if out.Retention == nil {
			return storage.Lock{}, s.notS3(name)
		}
		return storage.Lock{Until: aws.ToTime(out.Retention.RetainUntilDate), Mode: lockMode(string(out.Retention.Mode))}, nil
	}
	if answerOf(err).code == "NoSuchObjectLockConfiguration" { // the object has none; that the bucket can have none is another answer
		return storage.Lock{}, nil
	}
	return storage.Lock{}, s.fail(ctx, getRetention, name, err)
}

// lockMode reads a mode. One that is not known is taken for the firmest, which nobody changes.
func lockMode(mode string) storage.LockMode {
	if types.ObjectLockRetentionMode(mode) == types.ObjectLockRetentionModeGovernance {
		return storage.Governance
	}
	return storage.Compliance
}

// Lock sets the retention of the object's newest version. In governance mode a service takes a longer one from whoever may set retentions, and
// another mode only from whoever may bypass them, and says so. But who bypasses is not kept from shortening either: so what there is
// is looked at before.
func (s *Store) Lock(ctx context.Context, name string, l storage.Lock) error {
	key, err := s.key(name)
	if err != nil {
		return err
	}
	l.Until = l.Until.UTC().Truncate(time.Second)
	err = s.retain(ctx, key, l, false)
	if l.Mode != storage.Compliance || !answerOf(err).forbids() {
		return s.fail(ctx, putRetention, name, err)
	}
	is, seen := s.LockOf(ctx, name)
	if seen != nil || is.Mode != storage.Governance || l.Until.Before(is.Until) {
		return s.fail(ctx, putRetention, name, err)
	}
	err = s.retain(ctx, key, l, true)
	if a := answerOf(err); a.forbids() { // that it is for the lock, which some say, is no news
		return storage.Errf(Denied, s.subject(Denied, bypassRetention, name, a), plain(s.clean(a.text(bypassRetention, err))))
	}
	return s.fail(ctx, bypassRetention, name, err)
}

// forbids reports an answer that the credentials may not do something, or that a lock does not let them: not every service says which.
func (a answer) forbids() bool {
	code, _ := a.locking()
	return code == storage.Locked || codes[a.code] == Denied
}

func (s *Store) retain(ctx context.Context, key *string, l storage.Lock, bypass bool) error {
	mode := types.ObjectLockRetentionModeGovernance
	if l.Mode == storage.Compliance {
		mode = types.ObjectLockRetentionModeCompliance
	}
	in := &awss3.PutObjectRetentionInput{Bucket: s.bucket(), Key: key, Retention: &types.ObjectLockRetention{Mode: mode, RetainUntilDate: &l.Until}}
	if bypass {
		in.BypassGovernanceRetention = aws.Bool(true)
	}
	return s.ask(ctx, func(where func(*awss3.Options)) error {
		_, err := s.client.PutObjectRetention(ctx, in, where, withMD5)
		return err
	})
}

// LockLength is for how long objects are locked as they are put, and in which mode.
func (s *Store) LockLength() (time.Duration, storage.LockMode) {
	return s.cfg.Lock, lockMode(s.cfg.LockMode)
}

// Now is the service's clock.
func (s *Store) Now() time.Time { return s.counter.now() }

// Services say in words only that a lock forbids something, and that the bucket can have none.
var (
	lockWords = regexp.MustCompile(`(?i)object ?lock|\bworm\b`)
	noLocking = regexp.MustCompile(`(?i)missing object ?lock ?configuration`)
)

// locking returns the code of an answer about locks.
func (a answer) locking() (core.Code, bool) {
	switch {
	case a.code == "InvalidRequest" && noLocking.MatchString(a.message):
		return storage.NoLocks, true
	case strings.Contains(a.message, "s3:"), !lockWords.MatchString(a.message): // that a right is missing names the right
		return "", false
	case a.code == "AccessDenied", a.code == "ObjectLocked", a.code == "InvalidRequest":
		return storage.Locked, true
	}
	return "", false
}

// contentMD5 returns the checksum that services want with locks which do not know the newer ones.
func contentMD5(data []byte) *string {
	sum := md5.Sum(data)
	return aws.String(base64.StdEncoding.EncodeToString(sum[:]))
}

// withMD5 adds Content-MD5 to a request with a small body. For a change of retention AWS takes this or a newer checksum, which the SDK adds,
// and many services take this only.
func withMD5(o *awss3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		step := middleware.FinalizeMiddlewareFunc("AddContentMD5", func(ctx context.Context, in middleware.FinalizeInput,
			next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if req, ok := in.Request.(*smithyhttp.Request); ok && req.GetStream() != nil {
				body, err := io.ReadAll(req.GetStream())
				if err == nil {
					err = req.RewindStream()
				}
				if err != nil {
					return middleware.FinalizeOutput{}, middleware.Metadata{}, err
				}
				req.Header.Set("Content-Md5", *contentMD5(body))
			}
			return next.HandleFinalize(ctx, in)
		})
		return stack.Finalize.Insert(step, "Signing", middleware.Before)
	})
}
