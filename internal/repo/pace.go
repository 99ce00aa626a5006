package repo

import (
	"sync/atomic"
	"time"

	"backup_projeto/internal/pack"
)

// pace says how hard content is compressed where nobody chose: as hard as costs no time. Where packs are filled faster than they arrive, the
// processor has time left, and is given more to do; where they arrive at once, the processor is what a backup waits for. What it chose
// changes nothing but sizes: chunks are named by their content.
type pace struct {
	level atomic.Uint32
	begun time.Time // when the last pack was begun; for one goroutine at a time
}

// A pack counts as one that was waited for when that took more than a part in paceSlow of the time since the last one was begun, and as one
// that was not when it took less than a part in paceFast.
const (
	paceSlow = 4
	paceFast = 20
)

func newPace() *pace {
	p := &pace{}
	p.level.Store(uint32(pack.Normal)) // most backups end with their first pack
	return p
}

// Level returns the present one: Fast, Normal or Small.
func (p *pace) Level() pack.Level { return pack.Level(p.level.Load()) }

// next says that a pack was begun, after waiting so long for the memory of one that arrived. Where none had been on its way yet, known
// is false: nothing follows from that.
func (p *pace) next(now time.Time, waited time.Duration, known bool) {
	took := now.Sub(p.begun)
	p.begun = now
	if !known {
		return
	}
	switch level := p.Level(); {
	case waited > took/paceSlow && level < pack.Small:
		p.level.Store(uint32(level + 1))
	case waited < took/paceFast && level > pack.Fast:
		p.level.Store(uint32(level - 1))
	}
}

// level returns how hard the next segment of a kind is compressed. Directories always are: they are small, and read first.
func (p *packer) level(kind pack.Kind) pack.Level {
	level := p.s.r.opt.Level
	if level == pack.Auto {
		level = p.pace.Level()
	}
	if kind == pack.Tree {
		level = max(level, pack.Normal)
	}
	return level
}
