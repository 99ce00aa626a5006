package repo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parallel"
	"backup_projeto/internal/storage"
)

// Where a new repository is made there must be nothing of another. What a creation stores comes in this order: slots, settings, the configuration; all else
// comes after it. So anything else beside no configuration is of a repository that lost it. Slots and settings alone are of one that is being made just
// now, or whose making was cut off, or that lost everything: what was lost may come back, from a version or another disk, and must not find a
// configuration of another repository in its place.

// While a repository is being made, its slots stand there for a few requests.
const (
	creationTime = 3 * time.Second
	creationStep = 100 * time.Millisecond
)

// later are the prefixes of what is stored where there is a configuration, and never before.
func later() []string {
	return []string{snapshotPrefix, indexPrefix, packPrefix, trashPrefix, pinPrefix, markPrefix, sessionPrefix, parityPrefix, asidePrefix}
}

// vacant makes sure that a place has no objects of a repository. Where it has, and no configuration, the kind is Damage: code "config-missing", or
// "keys-alone" where there are only slots or settings. Where a configuration is there by now the code is storage.Exists.
func vacant(ctx context.Context, s storage.Store) error {
	name, err := firstOfAny(ctx, s, later(), func(string) bool { return true })
	if err == nil && name != "" {
		err = orphaned(ctx, s, codeConfigGone, name)
	}
	if err != nil {
		return err
	}
	for begin := time.Now(); ; {
		name, err := firstOfAny(ctx, s, []string{slotPrefix, settingsPrefix}, isUUID)
		if err != nil || name == "" {
			return err
		}
		if err := orphaned(ctx, s, codeKeysAlone, name); storage.IsExists(err) || time.Since(begin) > creationTime {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(creationStep):
		}
	}
}

// firstOfAny is firstOf for the first of the prefixes that has such a name. It asks for all at once, as they are many and the store may be far.
func firstOfAny(ctx context.Context, s storage.Store, prefixes []string, is func(rest string) bool) (string, error) {
	names := make([]string, len(prefixes))
	err := parallel.For(ctx, len(prefixes), len(prefixes), func(ctx context.Context, i int) (err error) {
		names[i], err = firstOf(ctx, s, prefixes[i], is)
		return err
	})
	return cmp.Or(names...), err
}

// firstOf returns the first name of those that begin with prefix and go on as is says; "" where there are none.
func firstOf(ctx context.Context, s storage.Store, prefix string, is func(rest string) bool) (string, error) {
	for info, err := range s.List(ctx, prefix) {
		if err != nil {
			return "", err
		}
		if is(strings.TrimPrefix(info.Name, prefix)) {
			return info.Name, nil
		}
	}
	return "", nil
}

// orphaned is the error that an object is there and the configuration is not; storage.Exists where it came meanwhile.
func orphaned(ctx context.Context, s storage.Store, code core.Code, name string) error {
	if _, err := readHeader(ctx, s); core.KindOf(err) != core.NoRepository {
		return storage.Errf(storage.Exists, configName, err)
	}
	return &core.Error{Kind: core.Damage, Code: code, Subject: configName, Err: fmt.Errorf("%s is there", name)}
}

// maxLooked is how many names HasOthers looks at.
const maxLooked = 1000

// HasOthers reports whether a place without a repository has objects of others, among the first that a listing gives. Slots, settings and notes
// of sessions are none: another device may be making the repository right now. Where nothing may be listed there, nothing is known of.
func HasOthers(ctx context.Context, s storage.Store) (bool, error) {
	looked := 0
	for info, err := range s.List(ctx, "") {
		if err != nil && storage.IsDenied(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		own := slices.ContainsFunc([]string{slotPrefix, settingsPrefix, sessionPrefix}, func(p string) bool { return strings.HasPrefix(info.Name, p) })
		if !own && info.Name != configName {
			return true, nil
		}
		if looked++; looked == maxLooked {
			break
		}
	}
	return false, nil
}
