package config

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// Place is where a repository is. Strategy says which fields count.
type Place struct {
	Strategy string

	Path     string // local: the absolute folder
	Embedded bool   // local: nobody named a place

	Bucket, Prefix, Region, Endpoint, Profile, StorageClass, SSE, KMSKey string // s3

	Lock     time.Duration // s3: for how long what lasts is locked as it is put; 0 is not at all
	LockMode string        // s3: "governance" or "compliance"

	// Flags are those typed that lead here, as they were typed, with a space in front: for the next command to type.
	Flags string
}

// URL returns the place as --repository takes it.
func (p Place) URL() string {
	if p.Strategy != "s3" {
		return p.Path
	}
	return strings.TrimSuffix("s3://"+p.Bucket+"/"+p.Prefix, "/")
}

// s3Settings make sense only there.
var s3Settings = []string{"bucket", "prefix", "region", "endpoint", "aws-profile", "storage-class", "sse", "sse-kms-key", "lock", "lock-mode"}

// place reads and judges the settings of scope Where.
func (r *resolver) place() Place {
	if r.scopes&Where == 0 {
		return Place{}
	}
	p := Place{Flags: r.placeFlags()}
	if r.rivals("repository", "strategy", "bucket", "prefix") {
		r.repository("repository", &p)
	} else {
		r.strategy(&p)
	}
	switch p.Strategy {
	case "s3":
		r.s3(&p)
	case "local":
		for _, name := range s3Settings {
			if r.found[name].source == fromFlag && !strings.HasPrefix(r.text("from"), "s3:") {
				r.problem(Problem{Code: "only-s3", Subject: r.name(name)})
			}
		}
	}
	return p
}

// rivals decides between one setting and others that say the same another way: the stronger source wins, and equal ones are a
// conflict. It reports whether the one is to be used.
func (r *resolver) rivals(one string, others ...string) bool {
	mine := r.found[one].source
	if mine == fromDefault {
		return false
	}
	won := true
	for _, other := range others {
		switch theirs := r.found[other].source; {
		case theirs == fromDefault || theirs < mine:
			r.found[other] = found{}
		case theirs > mine:
			won = false
		case other == "strategy" && r.sameStrategy(one):
			r.found[other] = found{}
		default:
			r.problem(Problem{Code: "flags-conflict", Subject: r.name(one), Other: r.name(other)})
			r.found[other] = found{}
		}
	}
	return won
}

// sameStrategy reports whether --strategy only repeats what the repository's address says.
func (r *resolver) sameStrategy(repository string) bool {
	isS3 := strings.HasPrefix(r.text(repository), "s3:")
	return isS3 && r.text("strategy") == "s3" || !isS3 && r.text("strategy") == "local"
}

// from reads a second place. How to reach S3 is said once, for both.
func (r *resolver) from() Place {
	p := Place{}
	if r.scopes&Repairing == 0 || r.found["from"].source == fromDefault {
		return p
	}
	r.repository("from", &p)
	if p.Strategy == "s3" {
		p.Region, p.Endpoint, p.Profile = r.text("region"), r.text("endpoint"), r.text("aws-profile")
		p.Prefix = strings.Trim(p.Prefix, "/")
		if err := checkBucket(p.Bucket); err != nil {
			r.bad("from", Problem{Code: "bad-bucket", Other: err.Error()})
		} else if err := checkPrefix(p.Prefix); err != nil {
			r.bad("from", Problem{Code: "bad-prefix"})
		}
	}
	return p
}

// repository reads an address: s3://bucket/prefix, file:///path, or a path.
func (r *resolver) repository(setting string, p *Place) {
	v := r.text(setting)
	scheme, rest, ok := strings.Cut(v, ":")
	switch {
	case v == "" || strings.TrimSpace(v) == "":
		r.problem(Problem{Code: "value-empty", Subject: r.name(setting)})
	case !ok || len(scheme) < 2 || strings.ContainsAny(scheme, `/\.`):
		p.Strategy, p.Path = "local", r.path(v)
	case scheme == "s3":
		p.Strategy = "s3"
		p.Bucket, p.Prefix, _ = strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	case scheme == "file" && strings.HasPrefix(rest, "///"):
		p.Strategy, p.Path = "local", r.path(strings.TrimPrefix(rest, "//"))
	default:
		r.bad(setting, Problem{Code: "unknown-address", Near: Near(scheme, Strategies), List: Strategies})
	}
}

func (r *resolver) strategy(p *Place) {
	p.Strategy = strings.ToLower(r.text("strategy"))
	if p.Strategy == "" {
		p.Strategy = "local"
		if r.found["bucket"].source != fromDefault {
			p.Strategy = "s3"
		}
	}
	if !slices.Contains(Strategies, p.Strategy) {
		r.bad("strategy", Problem{Code: "unknown-strategy", Near: Near(p.Strategy, Strategies), List: Strategies})
		p.Strategy = ""
		return
	}
	p.Bucket, p.Prefix = r.text("bucket"), r.text("prefix")
	if p.Strategy == "local" {
		p.Path, p.Embedded = FindDirs(r.sys.GOOS, r.sys.Home, r.sys.Getenv).Repository(), true
	}
}

// placeFlags writes the typed flags of the place as a shell takes them.
func (r *resolver) placeFlags() string {
	var out strings.Builder
	for i := range Settings {
		s := &Settings[i]
		f := r.found[s.Name]
		if s.Scope == Where && f.source == fromFlag {
			out.WriteString(" " + f.origin + "=" + Quote(f.text()))
		}
	}
	return out.String()
}

// Quote writes a word as a shell takes it.
func Quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,~", r) || r > 127
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func validEndpoint(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}
