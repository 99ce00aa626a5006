package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"backup_projeto/internal/storage"
)

// Put uploads the object.
func (s *Store) Put(ctx context.Context, name string, data []byte) error {
	return s.fail(ctx, putObject, name, s.upload(ctx, name, data, false))
}

// Create uploads the object on the condition that there is none. A compatible service may take the condition and ignore it, so there a look comes
// first; one that refuses it has only the look.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if s.foreign || s.noCondition.Load() {
		if err := s.isFree(ctx, name); err != nil {
			return err
		}
	}
	if s.noCondition.Load() {
		return s.Put(ctx, name, data)
	}
	counted, attempts := countAttempts(ctx)
	err := s.upload(counted, name, data, true)
	switch a := answerOf(err); {
	case err == nil:
		return nil
	case refuses(a, "if-none-match"):
		s.noCondition.Store(true)
		return s.Create(ctx, name, data)
	case codes[a.code] == storage.Exists && attempts.Load() > 1 && s.holds(ctx, name, data):
		return nil // an earlier attempt did it, and its answer was lost
	}
	return s.fail(ctx, putObject, name, err)
}

// isFree returns code Exists where there is an object of that name.
func (s *Store) isFree(ctx context.Context, name string) error {
	_, err := s.Stat(ctx, name)
	switch {
	case err == nil:
		return storage.Errf(storage.Exists, name, nil)
	case storage.IsNotFound(err):
		return nil
	}
	return err
}

// holds reports whether the object is data.
func (s *Store) holds(ctx context.Context, name string, data []byte) bool {
	got, err := storage.ReadAll(ctx, s, name, int64(len(data)))
	return err == nil && bytes.Equal(got, data)
}

// upload makes the call; where the service does not know the checksum's header, again without it.
func (s *Store) upload(ctx context.Context, name string, data []byte, create bool) error {
	key, err := s.key(name)
	if err != nil {
		return err
	}
	sum := sumOf(name, data)
	for {
		bare := s.noChecksum.Load()
		err = s.ask(ctx, func(where func(*awss3.Options)) error {
			in := s.object(name, data, create)
			in.Key = key
			locked := in.ObjectLockMode != ""
			switch {
			case !bare:
				in.ChecksumSHA256 = aws.String(base64.StdEncoding.EncodeToString(sum))
				if locked { // an upload with a lock has to name the sort of its checksum, too
					in.ChecksumAlgorithm = types.ChecksumAlgorithmSha256
				}
			case locked: // or else to bear this one
				in.ContentMD5 = contentMD5(data)
			}
			out, err := s.client.PutObject(ctx, in, where, signedSum(sum))
			if err == nil && aws.ToString(out.ETag) == "" {
				err = s.notS3(name)
			}
			return err
		})
		if bare || !s.foreign || !refuses(answerOf(err), "x-amz-checksum", "x-amz-sdk-checksum") {
			return err
		}
		s.noChecksum.Store(true)
	}
}

// object describes the upload.
func (s *Store) object(name string, data []byte, create bool) *awss3.PutObjectInput {
	in := &awss3.PutObjectInput{Bucket: s.bucket(), Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data)))}
	if create {
		in.IfNoneMatch = aws.String("*")
	}
	if strings.HasPrefix(name, "packs/") {
		in.StorageClass = types.StorageClass(s.cfg.StorageClass)
	}
	if s.cfg.SSE != "" && s.cfg.SSE != "none" {
		in.ServerSideEncryption = types.ServerSideEncryption(s.cfg.SSE)
	}
	if in.ServerSideEncryption == types.ServerSideEncryptionAwsKms {
		in.BucketKeyEnabled = aws.Bool(true) // one request to KMS for many objects instead of one for each
	}
	if s.cfg.KMSKey != "" {
		in.SSEKMSKeyId = aws.String(s.cfg.KMSKey)
	}
	if s.cfg.Lock > 0 && storage.Lasting(name) {
		in.ObjectLockMode = types.ObjectLockMode(s.cfg.LockMode)
		in.ObjectLockRetainUntilDate = aws.Time(s.counter.now().Add(s.cfg.Lock).UTC().Truncate(time.Second))
	}
	return in
}

// refuses reports an answer that says that the service does not know a header. Where it does not say which, any may be meant.
func refuses(a answer, headers ...string) bool {
	text := strings.ToLower(a.message)
	switch {
	case a.status != http.StatusBadRequest && a.status != http.StatusNotImplemented:
		return false
	case slices.ContainsFunc(headers, func(h string) bool { return strings.Contains(text, h) }):
		return true
	}
	return a.code == "NotImplemented" && !strings.Contains(text, "x-amz-")
}

// sumOf returns the content's SHA-256. Packs and index objects are named after it.
func sumOf(name string, data []byte) []byte {
	if strings.HasPrefix(name, "packs/") || strings.HasPrefix(name, "index/") {
		last := name[strings.LastIndexByte(name, '/')+1:]
		if sum, err := hex.DecodeString(last); err == nil && len(sum) == sha256.Size {
			return sum
		}
	}
	sum := sha256.Sum256(data)
	return sum[:]
}

// signedSum signs the content's checksum with the request instead of computing it again, or of signing none, which is the SDK's way with TLS.
func signedSum(sum []byte) func(*awss3.Options) {
	return awss3.WithAPIOptions(func(stack *middleware.Stack) error {
		_, err := stack.Finalize.Swap("ComputePayloadHash", payloadSum(hex.EncodeToString(sum)))
		return err
	})
}

// payloadSum stands in the place of the SDK's step that computes the checksum to sign.
type payloadSum string

// ID is the name of the step that it replaces.
func (payloadSum) ID() string { return "ComputePayloadHash" }

// HandleFinalize hands the checksum on to the signer.
func (p payloadSum) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	return next.HandleFinalize(v4.SetPayloadHash(ctx, string(p)), in)
}
