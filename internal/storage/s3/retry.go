package s3

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	// maxAttempts of one call take about 40 seconds of pauses: a router's restart, not an evening.
	maxAttempts = 8
	firstPause  = 500 * time.Millisecond
	maxPause    = 20 * time.Second
	// maxRetryAfter bounds what a service may ask for.
	maxRetryAfter = 60 * time.Second
)

// retryCodes and retryStatus are worth another attempt beside what the SDK repeats: 5xx, throttling, connections.
var (
	retryCodes = map[string]bool{
		"ConditionalRequestConflict": true, // two creations at once; the next attempt learns who won
		"OperationAborted":           true, // two changes of one bucket at once
		"IncompleteBody":             true, // the request broke off, and the service noticed first
		"SlowDownRead":               true, // MinIO
		"SlowDownWrite":              true,
		"XMinioServerNotInitialized": true,
	}
	retryStatus = map[int]bool{
		http.StatusRequestTimeout: true, http.StatusTooManyRequests: true,
		520: true, 521: true, 522: true, 523: true, 524: true, // Cloudflare's
	}
)

// retryer decides on further attempts. The SDK's allowance of attempts over all calls is lifted: when a service is away for a minute,
// every call in flight needs its attempts.
func (s *Store) retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.RateLimiter = ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(s.delay)
		mine := retry.IsErrorRetryableFunc(s.worthRepeating)
		o.Retryables = append([]retry.IsErrorRetryable{mine}, o.Retryables...)
	})
}

// worthRepeating says of some errors whether to repeat, and leaves the others to the SDK.
func (s *Store) worthRepeating(err error) aws.Ternary {
	var noCredentials *credentialsError
	switch {
	case errors.As(err, &noCredentials), isTLS(err):
		return aws.FalseTernary
	case !s.reached.Load() && isRefused(err): // probably a wrong address: a person waits for the message
		return aws.FalseTernary
	}
	if a := answerOf(err); retryCodes[a.code] || retryStatus[a.status] {
		return aws.TrueTernary
	}
	if errors.Is(err, io.ErrUnexpectedEOF) { // an answer that broke off
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// isRefused reports a machine on which nothing listens; its words are the operating system's.
func isRefused(err error) bool {
	text := err.Error()
	return strings.Contains(text, "connection refused") || strings.Contains(text, "actively refused")
}

// delay is the pause before the next attempt: what the service asks for, or one that grows.
func (s *Store) delay(attempt int, err error) (time.Duration, error) {
	pause := s.pause(attempt)
	if a := answerOf(err); a.header != nil {
		if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil && seconds > 0 {
			pause = max(pause, min(time.Duration(seconds)*time.Second, maxRetryAfter))
		}
	}
	return pause, nil
}

// backoff doubles with each attempt, and is spread at random so that many who failed at once do not come back at once.
func backoff(attempt int) time.Duration {
	top := min(firstPause<<min(max(attempt-1, 0), 10), maxPause)
	return top/2 + rand.N(top/2)
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
