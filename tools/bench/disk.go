package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"backup_projeto/tools/bench/internal/dataset"
)

// disk is a file system of its own, in a file, for one run. ext4 passes over the inodes of files that were deleted in the last minutes, one by
// one, when it looks for a free one: where a hundred thousand files of the run before were just removed, making as many takes up to
// four times as long, for whoever comes next.
type disk struct{ image, loop, at string }

// newDisk mounts an empty ext4 of at least size bytes at a folder that it makes.
func newDisk(ctx context.Context, image, at string, size int64) (d *disk, err error) {
	if err := os.MkdirAll(at, 0o700); err != nil {
		return nil, err
	}
	d = &disk{image: image, at: at}
	defer func() {
		if err != nil {
			d.drop()
		}
	}()
	// All its blocks belong to it, and it goes past the page cache, so that the file below costs next to nothing.
	if _, err = output(ctx, "fallocate", "-l", fmt.Sprint(size), image); err != nil {
		return nil, err
	}
	if d.loop, err = output(ctx, "losetup", "--direct-io=on", "--find", "--show", image); err != nil {
		return nil, err
	}
	if _, err = output(ctx, "mkfs.ext4", "-q", "-i", "8192", d.loop); err != nil {
		return nil, err
	}
	_, err = output(ctx, "mount", d.loop, at)
	return d, err
}

// drop removes it with all that is in it.
func (d *disk) drop() {
	ctx := context.Background() // also when everything ends
	if d.loop != "" {
		_, _ = output(ctx, "umount", d.at) // where it was not mounted
		_, _ = output(ctx, "losetup", "--detach", d.loop)
	}
	_ = os.Remove(d.image)
	_ = os.Remove(d.at)
}

// output runs a command and returns what it prints.
func output(ctx context.Context, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", argv[0], err, strings.TrimSpace(words.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// clean gives a run that fills a folder a disk of its own for that. Where none can be had, which needs root, it is an ordinary folder, and the
// result says so.
func (r *series) clean(ctx context.Context, s *scene) {
	if r.noDisk {
		return
	}
	size, err := dataset.Size(r.pristine)
	if err == nil {
		at := filepath.Dir(s.target)
		r.disk, err = newDisk(ctx, at+".img", at, 2*size+2<<30)
	}
	if err != nil && ctx.Err() == nil {
		r.noDisk = true
		r.say("no disk for each run: %v", err)
		r.results.Notes = append(r.results.Notes, "restores could not be given a file system of their own, so those that come after others may have been slower for it")
	}
}
