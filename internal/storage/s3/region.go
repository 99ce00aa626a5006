package s3

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"backup_projeto/internal/cost"
)

// regionHeader is where S3 says a bucket's region, also when it refuses.
const regionHeader = "X-Amz-Bucket-Region"

// expected finds the region in the message of an answer without that header.
var expected = regexp.MustCompile(`expecting ['"]([a-z0-9-]+)['"]`)

// elsewhere are the codes with which a service says that a request was for another region.
var elsewhere = map[string]bool{
	"PermanentRedirect": true, "TemporaryRedirect": true, "MovedPermanently": true, "AuthorizationHeaderMalformed": true,
	"IllegalLocationConstraintException": true, "InvalidRegion": true,
}

// ask makes one call, and makes it again in the bucket's own region where the answer says that it is another one.
func (s *Store) ask(ctx context.Context, call func(where func(*awss3.Options)) error) error {
	asked := s.signedFor()
	err := call(inRegion(asked))
	a := answerOf(err)
	if err == nil || a.status != 0 {
		s.reached.Store(true)
	}
	if !a.elsewhere() {
		return err
	}
	right := s.signedFor() // another call may have learned it meanwhile
	if right == asked {
		right = s.findRegion(ctx, a)
	}
	if right == "" || right == asked {
		return err
	}
	s.region.Store(&right)
	return call(inRegion(right))
}

func inRegion(region string) func(*awss3.Options) {
	return func(o *awss3.Options) { o.Region = region }
}

// elsewhere reports an answer that says that the request was for another region.
func (a answer) elsewhere() bool {
	return elsewhere[a.code] || a.status/100 == 3 && a.status != http.StatusNotModified
}

// findRegion reads the bucket's region from an answer, or asks for it; "" where that gives none.
func (s *Store) findRegion(ctx context.Context, a answer) string {
	if r := a.region(); r != "" || s.foreign {
		return r
	}
	out, err := s.client.HeadBucket(ctx, &awss3.HeadBucketInput{Bucket: s.bucket()}, inRegion(anyRegion))
	if err != nil {
		return answerOf(err).region()
	}
	return aws.ToString(out.BucketRegion)
}

// region returns the region that an answer names, else "".
func (a answer) region() string {
	if r := a.header.Get(regionHeader); r != "" {
		return r
	}
	if m := expected.FindStringSubmatch(a.message); m != nil {
		return m[1]
	}
	return ""
}

// Service implements storage.Biller.
func (s *Store) Service() cost.Service {
	v := cost.Service{Region: s.signedFor(), Class: s.cfg.StorageClass}
	if s.foreign {
		v.Host = "unknown"
		if u, err := url.Parse(s.endpoint); err == nil {
			v.Host = u.Hostname()
		}
	}
	return v
}
