// Package strategy is the list of the kinds of places that a repository can be, and opens one.
//
// Terms: a strategy is a kind of place; its name is what --strategy takes.
//
// Promises: this is the only list of strategies with code behind it, and it has exactly the names of config.Strategies. What every store of
// every strategy is asked for is counted. A new strategy is a package below internal/storage, a line here, and a name there.
package strategy

import (
	"context"
	"strings"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
	"backup_projeto/internal/storage/local"
	"backup_projeto/internal/storage/observe"
	"backup_projeto/internal/storage/s3"
)

// strategy is one kind of place.
type strategy struct {
	name string
	open func(ctx context.Context, p config.Place) (storage.Store, error)
}

// all lists the strategies.
var all = []strategy{
	{"local", openLocal},
	{"s3", openS3},
}

// Open returns the store of a place. Nothing is asked of the place yet: that it is absent or refuses shows when the store is used.
// storage.CountsOf tells what it was asked for.
func Open(ctx context.Context, p config.Place) (storage.Store, error) {
	for _, s := range all {
		if s.name == p.Strategy {
			store, err := s.open(ctx, p)
			if err != nil {
				return nil, err
			}
			return observe.New(store), nil
		}
	}
	return nil, &core.Error{Kind: core.Usage, Code: "unknown-strategy", Subject: p.Strategy}
}

func openLocal(_ context.Context, p config.Place) (storage.Store, error) { return local.New(p.Path) }

func openS3(ctx context.Context, p config.Place) (storage.Store, error) {
	return s3.New(ctx, s3.Config{
		Bucket: p.Bucket, Prefix: p.Prefix, Region: p.Region, Endpoint: p.Endpoint, Profile: p.Profile,
		StorageClass: p.StorageClass, SSE: p.SSE, KMSKey: p.KMSKey, Lock: p.Lock, LockMode: strings.ToUpper(p.LockMode),
	})
}
