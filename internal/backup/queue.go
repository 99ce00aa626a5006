package backup

import "sync"

// queue holds the work: batches of files first, else the directory that was found last, so that the walk goes deep before it goes
// wide and what is known and not yet saved stays little.
type queue struct {
	mu      sync.Mutex
	ready   sync.Cond // on mu
	batches []batch   // guarded by mu; first in, first out
	dirs    []*node   // guarded by mu; last in, first out
	over    bool      // guarded by mu
}

// batch is files of one directory, by their numbers in it.
type batch struct {
	node  *node
	files []int
}

func (q *queue) init() { q.ready.L = &q.mu }

func (q *queue) pushDir(nodes ...*node) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := len(nodes) - 1; i >= 0; i-- { // the first is taken first
		q.dirs = append(q.dirs, nodes[i])
	}
	q.ready.Broadcast()
}

func (q *queue) pushBatches(b []batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches = append(q.batches, b...)
	q.ready.Broadcast()
}

// next waits for work: a batch, or a directory, or neither when all is over.
func (q *queue) next() (batch, *node) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.over:
			return batch{}, nil
		case len(q.batches) > 0:
			b := q.batches[0]
			q.batches = q.batches[1:]
			return b, nil
		case len(q.dirs) > 0:
			n := q.dirs[len(q.dirs)-1]
			q.dirs[len(q.dirs)-1] = nil
			q.dirs = q.dirs[:len(q.dirs)-1]
			return batch{}, n
		}
		q.ready.Wait()
	}
}

// stop lets every worker end.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	q.ready.Broadcast()
}

// closeAll closes the handles of directories that were not finished. The workers have ended.
func (q *queue) closeAll() {
	for _, n := range q.dirs {
		n.giveUp()
	}
	for _, b := range q.batches {
		b.node.release()
	}
}
