package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/core"
	"backup_projeto/internal/tree"
)

// ErrFormat is wrapped by every error about bytes that are no manifest.
var ErrFormat = errors.New("not of the snapshot format")

// Bounds of a manifest's fields.
const (
	maxText = 4096
	maxPath = 1 << 20
	maxList = 4096
)

// encoder writes a map whose keys count up, leaving out zero values.
type encoder struct {
	b []byte
	n int
}

func (e *encoder) key(k int) {
	e.n++
	e.b = cbor.AppendUint(e.b, uint64(k))
}

func (e *encoder) text(k int, s string) {
	if s != "" {
		e.key(k)
		e.b = cbor.AppendText(e.b, words(s))
	}
}

// clip cuts s to at most n bytes, so that what is written can be read back.
func clip(s string, n int) string { return s[:min(len(s), n)] }

// words makes s valid UTF-8 of at most maxText bytes.
func words(s string) string {
	return strings.ToValidUTF8(clip(strings.ToValidUTF8(s, "\uFFFD"), maxText), "")
}

func (e *encoder) raw(k int, s string) {
	if s != "" {
		e.key(k)
		e.b = cbor.AppendBytes(e.b, clip(s, maxPath))
	}
}

func (e *encoder) uuid(k int, u core.UUID) {
	if !u.IsZero() {
		e.key(k)
		e.b = cbor.AppendBytes(e.b, u[:])
	}
}

func (e *encoder) number(k int, v int64) {
	if v != 0 {
		e.key(k)
		e.b = cbor.AppendInt(e.b, v)
	}
}

func (e *encoder) done() []byte { return append(cbor.AppendMap(nil, e.n), e.b...) }

// Encode returns the manifest's deterministic CBOR. What exceeds the format's bounds is cut, so that it can always be read.
func (m *Manifest) Encode() []byte {
	var e encoder
	e.uuid(1, m.ID)
	e.uuid(2, m.Project.ID)
	e.text(3, m.Project.Name)
	e.uuid(4, m.Parent)
	e.text(5, m.Host)
	e.text(6, m.User)
	e.text(7, m.OS)
	e.raw(8, m.Path)
	e.number(9, m.Start)
	e.number(10, m.End)
	e.text(11, m.Version)
	e.key(12)
	e.b = tree.AppendEntry(e.b, &m.Root)
	e.key(13)
	e.b = m.Counts.append(e.b)
	if len(m.Excluded) > 0 {
		e.key(14)
		e.b = appendExcluded(e.b, m.Excluded)
	}
	if len(m.Unread) > 0 {
		e.key(15)
		e.b = appendUnread(e.b, m.Unread[:min(len(m.Unread), MaxUnread)])
	}
	e.number(16, m.UnreadTotal)
	if m.Git != nil {
		e.key(17)
		e.b = m.Git.append(e.b)
	}
	if len(m.Tags) > 0 {
		e.key(18)
		tags := m.Tags[:min(len(m.Tags), maxList)]
		e.b = cbor.AppendArray(e.b, len(tags))
		for _, t := range tags {
			e.b = cbor.AppendText(e.b, words(t))
		}
	}
	if m.Safety {
		e.number(19, 1)
	}
	return e.done()
}

// fields lists the counts in the order of the format.
func (c *Counts) fields() []*int64 {
	return []*int64{&c.Files, &c.Dirs, &c.Others, &c.New, &c.Changed, &c.Removed, &c.Unchanged, &c.BytesSeen, &c.BytesRead, &c.BytesNew, &c.BytesStored}
}

func (c *Counts) append(b []byte) []byte {
	fields := c.fields()
	b = cbor.AppendArray(b, len(fields))
	for _, v := range fields {
		b = cbor.AppendUint(b, uint64(max(*v, 0)))
	}
	return b
}

func appendExcluded(b []byte, list []Excluded) []byte {
	list = list[:min(len(list), maxList)]
	b = cbor.AppendArray(b, 3*len(list))
	for _, x := range list {
		b = cbor.AppendBytes(b, clip(x.Rule, maxText))
		b = cbor.AppendUint(b, uint64(x.Count))
		b = cbor.AppendBytes(b, clip(x.First, maxPath))
	}
	return b
}

func appendUnread(b []byte, list []Unread) []byte {
	b = cbor.AppendArray(b, 3*len(list))
	for _, x := range list {
		b = cbor.AppendBytes(b, clip(x.Path, maxPath))
		b = cbor.AppendText(b, words(x.Reason))
		b = cbor.AppendText(b, words(x.Detail))
	}
	return b
}

func (g *Git) append(b []byte) []byte {
	b = cbor.AppendArray(b, 3)
	for _, s := range []string{g.Head, g.Branch, g.Remote} {
		b = cbor.AppendText(b, words(s))
	}
	return b
}

// Decode reads what Encode wrote.
func Decode(data []byte) (*Manifest, error) {
	m := &Manifest{}
	d := cbor.NewDecoder(data)
	d.Map(19, func(key uint64) bool { return m.decodeField(d, key) })
	if err := d.Finish(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if m.Root.Type != tree.Dir || !bytes.Equal(m.Encode(), data) {
		return nil, fmt.Errorf("%w: manifest is not canonical", ErrFormat)
	}
	return m, nil
}

func (m *Manifest) decodeField(d *cbor.Decoder, key uint64) bool {
	switch key {
	case 1:
		d.Fixed(m.ID[:])
	case 2:
		d.Fixed(m.Project.ID[:])
	case 3:
		m.Project.Name = d.Text(maxText)
	case 4:
		d.Fixed(m.Parent[:])
	case 5:
		m.Host = d.Text(maxText)
	case 6:
		m.User = d.Text(maxText)
	case 7:
		m.OS = d.Text(maxText)
	case 8:
		m.Path = string(d.Bytes(maxPath))
	case 9:
		m.Start = d.Int()
	case 10:
		m.End = d.Int()
	case 11:
		m.Version = d.Text(maxText)
	case 12:
		m.Root = tree.DecodeEntry(d, true)
	case 13:
		decodeCounts(d, &m.Counts)
	default:
		return m.decodeList(d, key)
	}
	return true
}

func (m *Manifest) decodeList(d *cbor.Decoder, key uint64) bool {
	switch key {
	case 14:
		for range triples(d, 3*maxList) {
			m.Excluded = append(m.Excluded, Excluded{string(d.Bytes(maxText)), d.Len(), string(d.Bytes(maxPath))})
		}
	case 15:
		for range triples(d, 3*MaxUnread) {
			m.Unread = append(m.Unread, Unread{string(d.Bytes(maxPath)), d.Text(maxText), d.Text(maxText)})
		}
	case 16:
		m.UnreadTotal = d.Len()
	case 17:
		if triples(d, 3) != 1 {
			d.Fail("git state")
		}
		m.Git = &Git{d.Text(maxText), d.Text(maxText), d.Text(maxText)}
	case 18:
		for range d.Array(maxList) {
			m.Tags = append(m.Tags, d.Text(maxText))
		}
	case 19:
		m.Safety = d.Int() == 1
	default:
		return false
	}
	return true
}

// triples reads the head of an array of groups of three and returns how many groups there are.
func triples(d *cbor.Decoder, limit int) int {
	n := d.Array(limit)
	if n%3 != 0 {
		d.Fail("%d items, want groups of three", n)
		return 0
	}
	return n / 3
}

func decodeCounts(d *cbor.Decoder, c *Counts) {
	fields := c.fields()
	if d.Array(len(fields)) != len(fields) {
		d.Fail("counts")
		return
	}
	for _, v := range fields {
		*v = d.Len()
	}
}
