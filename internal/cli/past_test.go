package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rogpeppe/go-internal/testscript"

	"backup_projeto/internal/storage/s3/s3test"
)

// TestS3PastScripts runs the scripts that need a server which keeps versions and locks objects.
func TestS3PastScripts(t *testing.T) {
	scripts(t, "testdata/s3past", s3test.StartVersioned(t).Env()...)
}

// scriptClient is the plain SDK with the credentials of a script.
func scriptClient(ts *testscript.TestScript) *awss3.Client {
	return awss3.New(awss3.Options{Region: s3test.Region, BaseEndpoint: aws.String(ts.Getenv("AWS_ENDPOINT_URL")), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(ts.Getenv("AWS_ACCESS_KEY_ID"), ts.Getenv("AWS_SECRET_ACCESS_KEY"), "")})
}

// cmdAttack does what a stolen key can do to a bucket that keeps versions: it overwrites every object, or those with a prefix, and then
// deletes them: attack BUCKET [PREFIX].
func cmdAttack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: attack BUCKET [PREFIX]")
	}
	ctx, c, bucket := context.Background(), scriptClient(ts), &args[0]
	list, err := c.ListObjectsV2(ctx, &awss3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String(strings.Join(args[1:], ""))})
	ts.Check(err)
	if len(list.Contents) == 0 {
		ts.Fatalf("%s is empty", *bucket)
	}
	for _, o := range list.Contents {
		_, err := c.PutObject(ctx, &awss3.PutObjectInput{Bucket: bucket, Key: o.Key, Body: strings.NewReader("ruined")})
		ts.Check(err)
		_, err = c.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: bucket, Key: o.Key})
		ts.Check(err)
	}
}

// cmdSaveTime keeps the present second in a variable and waits for the next one: savetime VARIABLE.
func cmdSaveTime(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: savetime VARIABLE")
	}
	now := time.Now()
	ts.Setenv(args[0], now.UTC().Format(time.RFC3339))
	time.Sleep(time.Until(now.Truncate(time.Second).Add(time.Second + 20*time.Millisecond)))
}

// cmdNoViews fails if a cache has a folder of a look at the past: noviews CACHE.
func cmdNoViews(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(args[0])
	if !os.IsNotExist(err) {
		ts.Check(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), scratchPrefix) {
			ts.Fatalf("%s is left in %s", e.Name(), args[0])
		}
	}
}

// cmdReput stores other bytes under a name and then the right ones again, as long as they are: what was there first is an older version.
// reput BUCKET NAME.
func cmdReput(ts *testscript.TestScript, neg bool, args []string) {
	ctx, c := context.Background(), scriptClient(ts)
	got, err := c.GetObject(ctx, &awss3.GetObjectInput{Bucket: &args[0], Key: &args[1]})
	ts.Check(err)
	data, err := io.ReadAll(got.Body)
	ts.Check(err)
	for _, content := range [][]byte{[]byte("ruined"), data} {
		_, err = c.PutObject(ctx, &awss3.PutObjectInput{Bucket: &args[0], Key: &args[1], Body: bytes.NewReader(content)})
		ts.Check(err)
	}
}
