package cli

import (
	"testing"

	"backup_projeto/internal/storage/s3/s3test"
)

// TestS3Scripts runs the scripts that need a real S3 server.
func TestS3Scripts(t *testing.T) {
	scripts(t, "testdata/s3", s3test.Start(t).Env()...)
}
