package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/rogpeppe/go-internal/testscript"

	"backup_projeto/internal/storage/s3/s3test"
)

// TestS3PastScripts runs the scripts that need a server which keeps versions and locks objects.
func TestS3PastScripts(t *testing.T) {
	server := s3test.StartVersioned(t)
	for user := range restricted {
		server.AddUser(t, user, user+"-secret")
	}
	policy := s3test.Policy(t, "least", "team", restricted)
	scripts(t, "testdata/s3past", append(server.Env(), "POLICY="+policy)...)
}

// restricted are users of the bucket "least", and what the documentation's policies grant them in its folder "team".
var restricted = map[string][]int{"appender": {s3test.AppendOnly}, "reader": {s3test.ReadOnly}, "keeper": {s3test.Keeper},
	"raiser": {s3test.Keeper, s3test.Raiser}}

// cmdGrant makes the documented policies hold in the bucket "least", with a default retention of 7 days: grant.
func cmdGrant(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, c, bucket := context.Background(), scriptClient(ts), aws.String("least")
	_, err := c.PutObjectLockConfiguration(ctx, &awss3.PutObjectLockConfigurationInput{Bucket: bucket,
		ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled, Rule: &types.ObjectLockRule{
			DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(7)}}}})
	ts.Check(err)
	_, err = c.PutBucketPolicy(ctx, &awss3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(ts.Getenv("POLICY"))})
	ts.Check(err)
}

// scriptClient is the plain SDK with the credentials of a script.
func scriptClient(ts *testscript.TestScript) *awss3.Client {
	return awss3.New(awss3.Options{Region: s3test.Region, BaseEndpoint: aws.String(ts.Getenv("AWS_ENDPOINT_URL")), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(ts.Getenv("AWS_ACCESS_KEY_ID"), ts.Getenv("AWS_SECRET_ACCESS_KEY"), "")})
}

// cmdAttack does what a stolen key can do to a bucket that keeps versions: it overwrites every object, or those with a prefix, and then
// deletes them: attack BUCKET [PREFIX]. With ! every deletion but those of sessions must be refused.
func cmdAttack(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: [!] attack BUCKET [PREFIX]")
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
		if neg == (err == nil) && !strings.Contains(*o.Key, "/sessions/") {
			ts.Fatalf("deleting %s: %v", *o.Key, err)
		}
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

// cmdSaveMoment keeps the first moment found in a file (or stdout, stderr) in a variable: savemoment FROM VARIABLE.
func cmdSaveMoment(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: savemoment FROM VARIABLE")
	}
	ts.Setenv(args[1], regexp.MustCompile(`20[0-9-]+T[0-9:]+Z`).FindString(ts.ReadFile(args[0])))
}

// cmdNoViews fails if a cache has a folder of a look at the past or, with "empty", anything at all: noviews CACHE [empty].
func cmdNoViews(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(args[0])
	if !os.IsNotExist(err) {
		ts.Check(err)
	}
	for _, e := range entries {
		if len(args) > 1 || strings.HasPrefix(e.Name(), scratchPrefix) {
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
