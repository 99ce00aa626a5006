package cli

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"testing"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rogpeppe/go-internal/testscript"

	"backup_projeto/internal/storage/s3/s3test"
)

// TestS3Scripts runs the scripts that need a real S3 server.
func TestS3Scripts(t *testing.T) {
	scripts(t, "testdata/s3", s3test.Start(t).Env()...)
}

// cmdSpoil changes one byte of the one object whose name begins so: spoil BUCKET NAME OFFSET. Twice is as before.
func cmdSpoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: spoil BUCKET NAME OFFSET")
	}
	at, err := strconv.Atoi(args[2])
	ts.Check(err)
	ctx, c, bucket := context.Background(), scriptClient(ts), &args[0]
	list, err := c.ListObjectsV2(ctx, &awss3.ListObjectsV2Input{Bucket: bucket, Prefix: &args[1]})
	ts.Check(err)
	if len(list.Contents) != 1 {
		ts.Fatalf("%d objects begin with %s", len(list.Contents), args[1])
	}
	key := list.Contents[0].Key
	got, err := c.GetObject(ctx, &awss3.GetObjectInput{Bucket: bucket, Key: key})
	ts.Check(err)
	data, err := io.ReadAll(got.Body)
	ts.Check(err)
	data[at] ^= 1
	_, err = c.PutObject(ctx, &awss3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(data)})
	ts.Check(err)
}
