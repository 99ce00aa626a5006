package project

import (
	"net/url"
	"regexp"
	"strings"

	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
)

// remote is the address of a git remote without anything secret. Its zero value is that of none, or of one that was not understood: where it is
// not certain which part is a password, nothing is kept.
type remote struct {
	scheme string // with "://", or "" in the form host:path, or of a local path
	host   string // "" of a local path
	port   string // with ":", or ""
	path   string
}

var (
	schemeRE = regexp.MustCompile(`^((?:[A-Za-z0-9_-]+::)?[A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)([^?#]*)`)
	scpRE    = regexp.MustCompile(`^(?:[^/:\[\]]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:\[\]@]+):(.*)$`)
	hostRE   = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._\x{80}-\x{10ffff}-]+)(:[0-9]*)?$`)
	helperRE = regexp.MustCompile(`^[A-Za-z0-9_-]+::`)
	localRE  = regexp.MustCompile(`^(?:[.~]|[A-Za-z]:[/\\])`)
)

// parseRemote reads every form that git takes: URLs, with a helper ("codecommit::…") or without, [user@]host:path, and local paths.
func parseRemote(raw string) remote {
	raw = strings.TrimSpace(raw)
	if strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return remote{}
	}
	if rooted := strings.IndexAny(raw, `/\`) == 0; rooted || localRE.MatchString(raw) {
		if !rooted && strings.Contains(raw, "@") { // perhaps "~user:password@host:path"
			return remote{}
		}
		return remote{path: raw}
	}
	if m := schemeRE.FindStringSubmatch(raw); m != nil {
		return parseURL(raw, m[1], m[2], m[3])
	}
	if helperRE.MatchString(raw) { // "ext::" and its kind take commands
		return remote{}
	}
	if m := scpRE.FindStringSubmatch(raw); m != nil {
		// A second "@" is more likely one of "user:password@host:path" than one of the path.
		if host := hostRE.FindStringSubmatch(m[1]); host == nil || strings.Contains(m[2], "@") {
			return remote{}
		}
		return remote{host: m[1], path: m[2]}
	}
	if strings.ContainsAny(raw, "@:") {
		return remote{}
	}
	return remote{path: raw}
}

// parseURL takes a URL's user, password, query and fragment away. A password with an unquoted "/", "?" or "#" looks like the end of the host, but
// leaves an "@" behind it, and then nothing is kept.
func parseURL(raw, scheme, authority, path string) remote {
	if strings.Contains(raw[len(scheme)+len(authority):], "@") {
		return remote{}
	}
	hostPort := authority[strings.LastIndexByte(authority, '@')+1:]
	if hostPort == "" && strings.EqualFold(scheme, "file://") {
		return remote{scheme: scheme, path: path}
	}
	m := hostRE.FindStringSubmatch(hostPort)
	if m == nil {
		return remote{}
	}
	return remote{scheme, m[1], m[2], path}
}

// String returns the address as git would take it.
func (r remote) String() string {
	switch {
	case r.scheme != "":
		return r.scheme + r.host + r.port + r.path
	case r.host != "":
		return r.host + ":" + r.path
	}
	return r.path
}

// key returns the part of the address that all ways to one repository share: host and path. It is "" where the address means something on
// one machine only.
func (r remote) key() string {
	host := strings.TrimSuffix(strings.ToLower(r.host), ".")
	switch {
	case host == "", strings.EqualFold(r.scheme, "file://"), host == "localhost", strings.HasPrefix(host, "127."), host == "[::1]":
		return ""
	}
	path := r.path
	if plain, err := url.PathUnescape(path); err == nil && r.scheme != "" {
		path = plain
	}
	path = strings.Trim(path, "/")
	path = strings.TrimRight(strings.TrimSuffix(path, ".git"), "/")
	if path == "" {
		return ""
	}
	return host + "/" + path
}

// gitIdentity derives the identity of every clone of one repository: of its main working folder, of a folder sub in it, of a worktree. It
// is zero without a key.
func gitIdentity(key, sub, worktree string) core.UUID {
	var u core.UUID
	if key == "" {
		return u
	}
	sum := crypto.Hash([]byte("backup_projeto project 1\x00git\x00" + key + "\x00" + sub + "\x00" + worktree))
	copy(u[:], sum[:])
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80 // version 8 of RFC 9562: made in a way of one's own
	return u
}
