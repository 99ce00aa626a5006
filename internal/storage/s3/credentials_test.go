package s3

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"backup_projeto/internal/core"
)

// settings writes AWS's shared files.
func settings(t *testing.T, config, credentials string) {
	t.Helper()
	for name, text := range map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, path)
	}
}

// TestProfiles: the profile decides on credentials, region and endpoint, and one that is named wins over the environment.
func TestProfiles(t *testing.T) {
	isolate(t)
	settings(t, "[profile work]\nregion = eu-central-1\n[profile lab]\nregion = lab-1\nendpoint_url = https://s3.lab.example.com\n",
		"[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = secret\n[lab]\naws_access_key_id = AKIDLAB\naws_secret_access_key = secret\n")
	for _, test := range []struct{ profile, variable, key, host string }{
		{"work", "", "AKIDWORK", "bucket.s3.eu-central-1.amazonaws.com"},
		{"lab", "work", "AKIDLAB", "s3.lab.example.com"},
		{"", "work", testAccess, "bucket.s3.eu-central-1.amazonaws.com"},
	} {
		t.Setenv("AWS_PROFILE", test.variable)
		service := &script{t: t, answers: always(stored)}
		s := opened(t, Config{HTTP: service, Profile: test.profile})
		if err := s.Put(t.Context(), "config", nil); err != nil {
			t.Fatal(err)
		}
		r := wantRequests(t, service, 1)[0]
		if !strings.Contains(r.Header.Get("Authorization"), "Credential="+test.key+"/") || r.URL.Host != test.host {
			t.Errorf("%+v: signed %q for %s", test, r.Header.Get("Authorization"), r.URL.Host)
		}
	}
}

// TestBadSettings: a profile that is not there and files that cannot be read are reported before anything is asked.
func TestBadSettings(t *testing.T) {
	isolate(t)
	_, err := New(t.Context(), Config{Bucket: "bucket", Profile: "nobody"})
	wantSubject(t, err, NoProfile, "nobody")
	settings(t, "[profile work]\nregion = eu-central-1\n", "")
	_, err = New(t.Context(), Config{Bucket: "bucket", Profile: "nobody"})
	wantSubject(t, err, NoProfile, "nobody")
	t.Setenv("AWS_PROFILE", "nobody")
	_, err = New(t.Context(), Config{Bucket: "bucket"})
	wantSubject(t, err, NoProfile, "nobody")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_MAX_ATTEMPTS", "many")
	_, err = New(t.Context(), Config{Bucket: "bucket"})
	wantCode(t, "New", err, BadSettings)
	if err == nil || !strings.Contains(err.Error(), "AWS_MAX_ATTEMPTS") {
		t.Errorf("%v does not name the variable", err)
	}
	t.Setenv("AWS_MAX_ATTEMPTS", "")
	t.Setenv("AWS_CA_BUNDLE", filepath.Join(t.TempDir(), "none"))
	_, err = New(t.Context(), Config{Bucket: "bucket"})
	wantCode(t, "New", err, BadSettings)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = New(ctx, Config{Bucket: "bucket"}); err != nil && err != context.Canceled && core.CodeOf(err) != BadSettings {
		t.Errorf("New with a cancelled context: %v", err)
	}
}

// TestNoCredentials: nothing is asked of the service, and the person learns that there are none.
func TestNoCredentials(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	service := &script{t: t, answers: always(stored)}
	s := opened(t, Config{HTTP: service})
	err := s.Put(t.Context(), "config", nil)
	wantCode(t, "Put", err, NoCredentials)
	_, err = s.Stat(t.Context(), "config")
	wantCode(t, "Stat", err, NoCredentials)
	_, err = s.Exists(t.Context())
	wantCode(t, "Exists", err, NoCredentials)
	_, err = list(t, s, "")
	wantCode(t, "List", err, NoCredentials)
	wantRequests(t, service, 0)
}

// TestCredentialProcess: a program that gives credentials is asked; what it prints is never repeated. What it says to the person goes there as it is: it
// may ask for something.
func TestCredentialProcess(t *testing.T) {
	isolate(t)
	said, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer func(was *os.File) { os.Stderr = was; said.Close() }(os.Stderr)
	os.Stderr = said // where the SDK lets the program write
	for text, want := range map[string]core.Code{
		`echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"` + testSecret + `"}'`: "",
		"echo " + testSecret:                  NoCredentials,
		"echo " + testSecret + " >&2; exit 3": NoCredentials,
	} {
		program := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		settings(t, "[profile work]\nregion = eu-central-1\ncredential_process = "+program+"\n", "")
		service := &script{t: t, answers: always(stored)}
		s := opened(t, Config{HTTP: service, Profile: "work"})
		err := s.Put(t.Context(), "config", nil)
		if core.CodeOf(err) != want {
			t.Errorf("%s: %v, want code %q", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), testSecret) || !strings.Contains(err.Error(), "credential_process")) {
			t.Errorf("%s: the error is %v", text, err)
		}
		if want == "" && !strings.Contains(wantRequests(t, service, 1)[0].Header.Get("Authorization"), "AKIDPROCESS") {
			t.Error("not signed with what the program gave")
		}
	}
	if text, err := os.ReadFile(said.Name()); err != nil || strings.Trim(string(text), "\n") != testSecret {
		t.Errorf("the programs said %q, %v", text, err)
	}
}

// TestSSO: a session that is over says how to log in again, with the profile.
func TestSSO(t *testing.T) {
	isolate(t)
	t.Setenv("HOME", t.TempDir())
	settings(t, `[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
[profile work]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Backup
[profile old]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
sso_account_id = 123456789012
sso_role_name = Backup
`, "")
	for _, profile := range []string{"work", "old"} {
		service := &script{t: t, answers: always(stored)}
		s := opened(t, Config{HTTP: service, Profile: profile})
		wantSubject(t, s.Put(t.Context(), "config", nil), LoginNeeded, profile)
		wantRequests(t, service, 0)
	}
}

// fixed is a chain that gives one error.
type fixed struct{ err error }

func (f fixed) Retrieve(context.Context) (aws.Credentials, error) { return aws.Credentials{}, f.err }

// TestChainErrors: what the chain says is sorted, and never asked for twice.
func TestChainErrors(t *testing.T) {
	for text, test := range map[string]struct {
		err  error
		want core.Code
	}{
		"SSO":     {&ssocreds.InvalidTokenError{Err: errors.New("expired")}, LoginNeeded},
		"machine": {errors.New("no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded"), NoCredentials},
		"expired": {&smithy.GenericAPIError{Code: "ExpiredTokenException", Message: "Token expired"}, Expired},
		"role":    {&smithy.GenericAPIError{Code: "AccessDenied", Message: "not authorized to perform: sts:AssumeRole"}, NoCredentials},
		"other":   {errors.New("static credentials are empty"), NoCredentials},
	} {
		s, service := scripted(t, Config{Profile: ""}, stored)
		s.creds.chain = fixed{test.err}
		err := s.Put(t.Context(), "config", nil)
		if core.CodeOf(err) != test.want || core.KindOf(err) != core.Destination {
			t.Errorf("%s: %v, want code %q", text, err, test.want)
		}
		wantRequests(t, service, 0)
	}
}
