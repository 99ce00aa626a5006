package strategy

import (
	"path/filepath"
	"slices"
	"testing"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/s3/s3test"
)

// TestListsAgree: what the command line offers is what can be opened.
func TestListsAgree(t *testing.T) {
	var names []string
	for _, s := range all {
		names = append(names, s.name)
	}
	if !slices.Equal(names, config.Strategies) {
		t.Errorf("strategies here are %q, in the settings %q", names, config.Strategies)
	}
}

func TestUnknown(t *testing.T) {
	for _, name := range []string{"", "ftp", "S3"} {
		s, err := Open(t.Context(), config.Place{Strategy: name})
		if s != nil || core.KindOf(err) != core.Usage || core.CodeOf(err) != "unknown-strategy" {
			t.Errorf("Open of %q gives %v, %v", name, s, err)
		}
	}
}

func TestRefused(t *testing.T) {
	s3test.Start(t).Setenv(t)
	s, err := Open(t.Context(), config.Place{Strategy: "s3", Bucket: "some-bucket", Profile: "nobody"})
	if s != nil || core.KindOf(err) != core.Destination {
		t.Errorf("Open with a profile that is not there gives %v, %v", s, err)
	}
}

// TestEach opens a place of each strategy, makes it, and keeps an object in it, with every request counted.
func TestEach(t *testing.T) {
	server := s3test.Start(t)
	server.Setenv(t)
	t.Setenv("AWS_ENDPOINT_URL", "")
	places := map[string]config.Place{
		"local": {Strategy: "local", Path: filepath.Join(t.TempDir(), "place")},
		"s3":    {Strategy: "s3", Bucket: "some-bucket", Prefix: "a/b", Endpoint: server.Endpoint, Region: s3test.Region, StorageClass: "STANDARD"},
	}
	for _, name := range config.Strategies {
		t.Run(name, func(t *testing.T) {
			place, ok := places[name]
			if !ok {
				t.Fatal("no place to test this strategy with")
			}
			s, err := Open(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer storage.Close(s)
			if got := storage.CountsOf(s); got.Requests() != 0 {
				t.Errorf("opening alone asks for %+v", got)
			}
			if e, ok := storage.As[storage.Ensurer](s); ok {
				if err := e.Ensure(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if err := storage.Create(t.Context(), s, "config", []byte("content")); err != nil {
				t.Fatal(err)
			}
			got, err := storage.ReadAll(t.Context(), s, "config", 100)
			if err != nil || string(got) != "content" {
				t.Errorf("the object is %q, %v", got, err)
			}
			if c := storage.CountsOf(s); c.Put == 0 || c.Get == 0 || c.Received != 7 {
				t.Errorf("counted %+v", c)
			}
		})
	}
}
