package repo

import (
	"context"
	"io"

	"backup_projeto/internal/core"
	"backup_projeto/internal/parity"
	"backup_projeto/internal/storage"
)

// A disk that cannot read a sector says so, and the rest of the object can be read around it. What was not read is zeroes then, which a table
// of parity knows to be wrong.

// Reading around ends after so many reads that failed, each of which may take a disk seconds, or after so many from the beginning that gave
// not one byte. What was not read by then counts as lost.
const (
	maxFailed = 1024
	maxInVain = 32
)

// span is a range of an object, in bytes.
type span struct{ from, to int64 }

// readAround reads what there is of an object, up to limit bytes: nothing where it is absent, and zeroes where the medium gives nothing. The
// first request is for all; each that fails is followed by one for the block at which it did, and by two for the halves
// of the rest.
func (r *Repo) readAround(ctx context.Context, name string, limit int64) ([]byte, error) {
	data, err := r.readUpTo(ctx, name, limit)
	if !storage.IsMedium(err) {
		return data, err
	}
	info, err := r.store.Stat(ctx, name)
	if err != nil {
		return nil, ignoreAbsent(err)
	}
	size := min(info.Size, limit)
	have := min(int64(len(data)), size)
	d := &detour{r: r, name: name, data: append(make([]byte, 0, size), data[:have]...)[:size], failed: 1, given: have > 0}
	d.split(span{have, size})
	for len(d.todo) > 0 {
		next := d.todo[0]
		d.todo = d.todo[1:]
		if err := d.read(ctx, next); err != nil {
			return nil, ignoreAbsent(err)
		}
	}
	return d.data, nil
}

// detour is one object being read around what its medium does not give.
type detour struct {
	r      *Repo
	name   string
	data   []byte
	todo   []span // the larger before the smaller, mostly
	failed int    // reads
	given  bool   // some read gave something
}

// read reads one range, and puts down what is left of it.
func (d *detour) read(ctx context.Context, s span) error {
	if d.failed >= maxFailed || !d.given && d.failed >= maxInVain {
		return nil
	}
	n, err := d.get(ctx, s)
	d.given = d.given || n > 0
	if storage.IsMedium(err) {
		d.failed++
		d.split(span{s.from + n, s.to})
		return nil
	}
	return err
}

func (d *detour) get(ctx context.Context, s span) (int64, error) {
	body, err := d.r.store.Get(ctx, d.name, s.from, s.to-s.from)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	n, err := io.ReadFull(body, d.data[s.from:s.to])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return int64(n), err
}

// split puts down what is to be read of a range at whose beginning reading failed. A block by itself is lost.
func (d *detour) split(s span) {
	first := min(s.to, (s.from/parity.Block+1)*parity.Block)
	if first == s.to {
		clear(d.data[s.from:s.to])
		return
	}
	middle := first + (s.to-first)/2/parity.Block*parity.Block
	for _, part := range []span{{s.from, first}, {first, middle}, {middle, s.to}} {
		if part.from < part.to {
			d.todo = append(d.todo, part)
		}
	}
}

// damagedMedium is what it means for an object that its medium does not give all of it.
func damagedMedium(object string, err error) error {
	return &core.Error{Kind: core.Damage, Code: storage.Medium, Subject: object, Err: err}
}
