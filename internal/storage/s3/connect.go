package s3

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"backup_projeto/internal/storage"
)

// anyRegion is signed for where nobody names a region: S3 then says which is right, and compatible services mostly accept it.
const anyRegion = "us-east-1"

// connect reads AWS's settings and makes the client.
func (s *Store) connect(ctx context.Context) error {
	c, err := s.load(ctx)
	if err != nil {
		return err
	}
	s.creds = &credentials{chain: c.Credentials}
	c.Credentials = s.creds
	if c.Region == "" {
		c.Region = anyRegion
	}
	http := s.cfg.HTTP
	if http == nil {
		http = newHTTP(c.HTTPClient)
	}
	s.counter = &counter{next: http}
	s.client = awss3.NewFromConfig(c, func(o *awss3.Options) {
		o.HTTPClient = s.counter
		o.Retryer = s.retryer()
		// The repository authenticates what it reads, and each upload states its own checksum: nothing is left for the SDK to compute. Its
		// defaults are also more than many compatible services accept.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		s.address(o)
	})
	return nil
}

// load reads AWS's settings: environment, shared files, and what the configuration says instead.
func (s *Store) load(ctx context.Context) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithAppID("backup_projeto"),
		config.WithLogger(logging.Nop{}),                    // else the SDK writes its warnings to the standard error
		config.WithHTTPClient(awshttp.NewBuildableClient()), // given here so that AWS_CA_BUNDLE is applied to it
	}
	if s.cfg.Region != "" {
		options = append(options, config.WithRegion(s.cfg.Region))
	}
	if s.cfg.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.cfg.Profile))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	var missing config.SharedConfigProfileNotExistError
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return c, storage.Errf(storage.Other, s.cfg.Bucket, ctx.Err())
	case errors.As(err, &missing):
		return c, storage.Errf(NoProfile, missing.Profile, nil)
	}
	return c, storage.Errf(BadSettings, "", plain(err.Error()))
}

// address decides where requests go and how they name the bucket: AWS wants it in the host's name, compatible services mostly in the path.
// An endpoint that begins with the bucket's name asks for the host's name on a compatible service.
func (s *Store) address(o *awss3.Options) {
	if s.cfg.Endpoint != "" {
		o.BaseEndpoint = aws.String(s.cfg.Endpoint)
	}
	if o.BaseEndpoint == nil {
		s.endpoint = "Amazon S3"
		return
	}
	u, err := url.Parse(*o.BaseEndpoint)
	if err != nil {
		return // the SDK reports it
	}
	s.endpoint = u.Scheme + "://" + u.Host
	if isAWS(u.Hostname()) {
		return
	}
	s.foreign = true
	if rest, ok := strings.CutPrefix(u.Host, s.cfg.Bucket+"."); ok {
		u.Host = rest
		o.BaseEndpoint = aws.String(u.String())
		return
	}
	o.UsePathStyle = true
}

// isAWS reports whether a host is one of AWS's own, be it written out, private or of a partition.
func isAWS(host string) bool {
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".api.amazonwebservices.com.cn"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

// signedFor returns the region that requests are for now.
func (s *Store) signedFor() string {
	if r := s.region.Load(); r != nil {
		return *r
	}
	return s.client.Options().Region
}
