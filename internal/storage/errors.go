package storage

import (
	"context"
	"errors"

	"backup_projeto/internal/core"
)

// Codes of a store's errors. A strategy adds its own more precise ones where a hint can help ("s3-clock-skew").
const (
	NotFound  core.Code = "store-not-found" // no such object
	Exists    core.Code = "store-exists"    // Create found the name taken
	TooLarge  core.Code = "store-too-large" // an object is longer than anything the format writes
	Full      core.Code = "store-full"      // no space, or over quota
	Denied    core.Code = "store-denied"    // the credentials are good but may not do this
	Auth      core.Code = "store-auth"      // the credentials are not accepted
	NoPlace   core.Code = "store-no-place"  // the bucket or folder does not exist
	Network   core.Code = "store-network"   // the service could not be reached, after retries
	Throttled core.Code = "store-throttled" // the service asked to slow down, after retries
	Corrupt   core.Code = "store-corrupt"   // what arrived is not what was sent
	Medium    core.Code = "store-medium"    // the disk answers that it cannot read that; elsewhere in the object it may
	Other     core.Code = "store-other"     // anything else
	BadName   core.Code = "store-bad-name"  // not a name of the form that the package comment gives
	Unusable  core.Code = "store-unusable"  // the place exists but is no folder, or is not writable
)

// Errf builds a store's error; name is the object's, and err may be nil. A cancelled context comes back as it is.
func Errf(code core.Code, name string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &core.Error{Kind: core.Destination, Code: code, Subject: name, Err: err}
}

// IsNotFound reports whether err says that an object is absent.
func IsNotFound(err error) bool { return core.CodeOf(err) == NotFound }

// IsMedium reports whether err says that the medium gives up to read some bytes.
func IsMedium(err error) bool { return core.CodeOf(err) == Medium }

// IsExists reports whether err says that a name was taken.
func IsExists(err error) bool { return core.CodeOf(err) == Exists }

// CheckName returns an error unless name is of the form that the package comment gives.
func CheckName(name string) error {
	start := 0
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			c := name[i]
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' {
				continue
			}
			return Errf(BadName, name, nil)
		}
		if e := name[start:i]; e == "" || e == "." || e == ".." {
			return Errf(BadName, name, nil)
		}
		start = i + 1
	}
	return nil
}
