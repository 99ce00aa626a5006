package s3

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"backup_projeto/internal/core"
)

// minSecret is the shortest text, in bytes, that is taken out of messages: real ones have 40, and a test server's "x" is part of many words.
const minSecret = 8

// credentials is AWS's chain; it remembers what no message may contain.
type credentials struct {
	chain aws.CredentialsProvider

	mu      sync.Mutex
	secrets map[string]bool // guarded by mu: secret keys and session tokens that were used
}

// credentialsError is a failure of the chain, which is told apart from one of the service.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// Retrieve asks the chain.
func (c *credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if c.chain == nil {
		return aws.Credentials{}, &credentialsError{errors.New("none are configured")}
	}
	got, err := c.chain.Retrieve(ctx)
	if err != nil {
		return got, &credentialsError{err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.secrets == nil {
		c.secrets = map[string]bool{}
	}
	for _, secret := range []string{got.SecretAccessKey, got.SessionToken} {
		if len(secret) >= minSecret {
			c.secrets[secret] = true
		}
	}
	return got, nil
}

// scrub takes out of a text what is secret, whoever put it there.
func (c *credentials) scrub(text string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for secret := range c.secrets {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return text
}

// judgeCredentials says why the chain gave nothing.
func judgeCredentials(e *credentialsError) (core.Code, string) {
	var login *ssocreds.InvalidTokenError
	var process *processcreds.ProviderError
	text := e.err.Error()
	switch {
	case errors.As(e.err, &login), strings.Contains(text, "SSO token"), strings.Contains(text, "SSOToken"):
		return LoginNeeded, "the SSO session has expired or is invalid"
	case errors.As(e.err, &process):
		// The SDK's text may repeat what the program printed, which is meant to be a secret.
		if strings.Contains(text, "error in credential_process") {
			return NoCredentials, "credential_process failed"
		}
		return NoCredentials, "credential_process printed no credentials"
	case strings.Contains(text, "EC2 IMDS"), strings.Contains(text, "ec2imds"):
		return NoCredentials, "" // the end of the chain: nothing before it had any
	}
	if a := answerOf(e.err); a.code == "ExpiredTokenException" || a.code == "ExpiredToken" {
		return Expired, a.message
	}
	return NoCredentials, innermost(e.err)
}

// profile is the profile that AWS's tools use, for a command to type; "" for the default one.
func (s *Store) profile() string {
	if s.cfg.Profile != "" {
		return s.cfg.Profile
	}
	return os.Getenv("AWS_PROFILE")
}
