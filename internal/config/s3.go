package config

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// s3 judges the settings of an S3 place.
func (r *resolver) s3(p *Place) {
	p.Region, p.Endpoint, p.Profile = r.text("region"), r.text("endpoint"), r.text("aws-profile")
	p.StorageClass, p.SSE, p.KMSKey = strings.ToUpper(r.text("storage-class")), r.text("sse"), r.text("sse-kms-key")
	subject := func(setting string) string {
		if r.found["repository"].source != fromDefault && r.found[setting].source == fromDefault {
			return r.name("repository")
		}
		return r.name(setting)
	}
	if p.Bucket == "" {
		r.problem(Problem{Code: "missing-bucket", Subject: subject("bucket")})
	} else if err := checkBucket(p.Bucket); err != nil {
		r.problem(Problem{Code: "bad-bucket", Subject: subject("bucket"), Value: p.Bucket, Other: err.Error()})
	}
	p.Prefix = strings.Trim(p.Prefix, "/")
	if err := checkPrefix(p.Prefix); err != nil {
		r.problem(Problem{Code: "bad-prefix", Subject: subject("prefix"), Value: p.Prefix})
	}
	if p.Endpoint != "" && !validEndpoint(p.Endpoint) {
		r.bad("endpoint", Problem{Code: "bad-endpoint"})
	}
	r.storageClass(p)
	r.encryption(p)
	r.locking(p)
}

// The least and the most of --lock: S3 locks for days, and a lock that compliance makes nobody takes away again, so that 30y for 30d would
// be paid for 30 years.
const (
	leastLock = 24 * time.Hour
	mostLock  = 10 * 366 * 24 * time.Hour
)

func (r *resolver) locking(p *Place) {
	p.Lock, p.LockMode = r.age("lock").Duration(), r.choice("lock-mode")
	switch {
	case p.Lock != 0 && (p.Lock < leastLock || p.Lock > mostLock):
		r.bad("lock", Problem{Code: "lock-range"})
	case p.Lock == 0 && r.found["lock-mode"].source == fromFlag:
		r.problem(Problem{Code: "flag-needs", Subject: r.name("lock-mode"), Other: "--" + r.sys.Lang.Pick("lock", "trava")})
	}
}

func (r *resolver) storageClass(p *Place) {
	switch {
	case p.StorageClass == "" || slices.Contains(storageClasses, p.StorageClass):
	case p.StorageClass == "GLACIER" || p.StorageClass == "DEEP_ARCHIVE":
		r.bad("storage-class", Problem{Code: "cold-class", List: storageClasses})
	case p.Endpoint == "": // a compatible service may have classes of its own
		r.bad("storage-class", Problem{Code: "unknown-class", Near: Near(p.StorageClass, storageClasses), List: storageClasses})
	}
}

func (r *resolver) encryption(p *Place) {
	if p.SSE == "" && p.KMSKey != "" {
		p.SSE = "aws:kms"
	}
	if p.SSE == "" {
		return
	}
	i := slices.IndexFunc(encryptions, func(e string) bool { return strings.EqualFold(e, p.SSE) })
	if i < 0 {
		r.bad("sse", Problem{Code: "value-choice", Near: Near(p.SSE, encryptions), List: encryptions})
		return
	}
	p.SSE = encryptions[i]
	if p.KMSKey != "" && !strings.HasPrefix(p.SSE, "aws:kms") {
		r.problem(Problem{Code: "flags-conflict", Subject: r.name("sse-kms-key"), Other: r.name("sse") + "=" + p.SSE})
	}
}

// errBucket and errPrefix say that S3 would refuse the name.
var (
	errBucket = errors.New("not a bucket name")
	errPrefix = errors.New("not a prefix")
)

// checkBucket applies S3's rules for names of general purpose buckets.
func checkBucket(s string) error {
	if len(s) < 3 || len(s) > 63 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return errBucket
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return errBucket
		}
	}
	if _, err := netip.ParseAddr(s); err == nil || strings.HasPrefix(s, "xn--") || strings.HasSuffix(s, "-s3alias") {
		return errBucket
	}
	return nil
}

// checkPrefix refuses what cannot be a folder within a bucket.
func checkPrefix(s string) error {
	if len(s) > 512 {
		return errPrefix
	}
	for e := range strings.SplitSeq(s, "/") {
		if e == "." || e == ".." || e == "" && s != "" {
			return errPrefix
		}
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == 0xfffd }) {
		return errPrefix
	}
	return nil
}
