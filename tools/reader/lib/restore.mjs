// Writing a snapshot below a folder (12, steps 3 to 8). Every entry is made through a descriptor of the directory that it is in
// (on Linux, by /proc/self/fd), so that no link in the target is followed and no path is too long; elsewhere by plain paths.

import {
  closeSync, constants, existsSync, fchmodSync, fchownSync, ftruncateSync, futimesSync, lchownSync, linkSync, lutimesSync, mkdirSync, openSync,
  readdirSync, realpathSync, renameSync, symlinkSync, unlinkSync, writeSync,
} from 'node:fs';
import { fail } from './cbor.mjs';
import { DIR, FILE, SYMLINK } from './format.mjs';

const KIND = ['file', 'directory', 'symbolic link', 'fifo', 'socket', 'device', 'device'];
const OPEN_DIR = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const AS_ROOT = process.getuid?.() === 0;
const BY_DESCRIPTOR = process.platform === 'linux' && existsSync('/proc/self/fd');
const SLASH = Buffer.from('/');

/** seconds is a time as Node takes it; its numbers are exact to about 0.2 µs. */
const seconds = (ns) => Number(ns / 1000000000n) + Number(ns % 1000000000n) / 1e9;

/** Folder is an open directory below the target: names is the path to it, component by component. */
class Folder {
  constructor(root, names) {
    this.path = Buffer.from(root);
    this.fd = openSync(this.path, OPEN_DIR);
    for (const name of names) {
      const parent = this.fd;
      try {
        this.fd = openSync(this.at(name), OPEN_DIR);
      } finally {
        closeSync(parent);
      }
      this.path = Buffer.concat([this.path, SLASH, name]);
    }
  }

  at(name) {
    return Buffer.concat([BY_DESCRIPTOR ? Buffer.from(`/proc/self/fd/${this.fd}`) : this.path, SLASH, name]);
  }

  close() {
    closeSync(this.fd);
  }
}

export class Restore {
  constructor(repository, target, warn) {
    this.repository = repository;
    this.target = target;
    this.warn = warn;
    this.links = new Map(); // hard link key → where its first entries are
    this.counts = { files: 0, directories: 0, links: 0, skipped: 0 };
  }

  run(rootEntry) {
    mkdirSync(this.target, { recursive: true, mode: 0o700 });
    this.root = realpathSync(this.target);
    if (readdirSync(this.root).length) throw new Error(`${this.target} is not empty`);
    const made = [];
    const waiting = [{ names: [], entry: rootEntry }];
    while (waiting.length) {
      const at = waiting.pop();
      made.push({ names: at.names, mode: at.entry.mode, uid: at.entry.uid, gid: at.entry.gid, mtime: at.entry.mtime });
      for (const below of this.fill(at).reverse()) waiting.push(below);
    }
    for (const d of made.reverse()) this.finish(d);
    return this.counts;
  }

  /** fill makes what is in a directory and returns the directories in it. */
  fill({ names, entry }) {
    const below = [];
    const shown = Buffer.concat(names.flatMap((n) => [n, SLASH])).toString();
    const folder = new Folder(this.root, names);
    try {
      this.attributes(shown || '.', entry);
      for (const e of this.repository.directory(entry)) {
        try {
          if (this.make(folder, names, shown, e)) below.push({ names: [...names, Buffer.from(e.name)], entry: e });
        } catch (err) {
          this.warn(`${shown}${Buffer.from(e.name)}: ${err.message}`, true);
        }
      }
    } catch (err) {
      this.warn(`${shown || '.'}: the directory cannot be read: ${err.message}`, true);
    } finally {
      folder.close();
    }
    return below;
  }

  /** make makes one entry; true for a directory. */
  make(folder, names, shown, e) {
    const name = Buffer.from(e.name);
    if (e.type === DIR) {
      mkdirSync(folder.at(name), 0o700);
      this.counts.directories++;
      return true;
    }
    if (e.type !== FILE && e.type !== SYMLINK) {
      this.counts.skipped++;
      this.warn(`${shown}${name}: a ${KIND[e.type]} is not made`);
      return false;
    }
    if (this.link(folder, name, e)) return false;
    if (e.type === FILE) this.file(folder, name, e);
    else this.symlink(folder, name, e);
    if (e.type === FILE) this.attributes(`${shown}${name}`, e);
    if (e.link) this.links.set(e.link, [...(this.links.get(e.link) ?? []), { names, name, same: sameness(e) }]);
    return false;
  }

  attributes(shown, e) {
    if (e.xattrs) this.warn(`${shown}: ${e.xattrs} extended attributes are not set`);
  }

  /** link makes a hard link to an earlier entry that is the same; false if there is none. */
  link(folder, name, e) {
    const first = e.link && this.links.get(e.link)?.find((l) => l.same === sameness(e));
    if (!first) return false;
    const from = new Folder(this.root, first.names);
    try {
      linkSync(from.at(first.name), folder.at(name));
    } finally {
      from.close();
    }
    this.counts.links++;
    return true;
  }

  symlink(folder, name, e) {
    if (!e.target) fail('a symbolic link without a target');
    const path = folder.at(name);
    symlinkSync(Buffer.from(e.target), path);
    if (AS_ROOT) lchownSync(path, e.uid, e.gid);
    lutimesSync(path, seconds(e.mtime), seconds(e.mtime));
    this.counts.files++;
  }

  file(folder, name, e) {
    const temporary = folder.at(Buffer.from(`.reader-tmp-${process.pid}`));
    const fd = openSync(temporary, NEW_FILE, 0o600);
    try {
      try {
        this.content(fd, e);
        this.metadata(fd, e);
      } finally {
        closeSync(fd);
      }
      renameSync(temporary, folder.at(name));
    } catch (err) {
      unlinkSync(temporary);
      throw err;
    }
    this.counts.files++;
  }

  /** content writes a file's chunks around its holes. */
  content(fd, e) {
    const holes = [...e.holes, { offset: e.size, length: 0 }];
    let at = 0;
    let next = 0;
    const skip = () => {
      while (next < e.holes.length && holes[next].offset === at) at += holes[next++].length;
    };
    for (const chunk of this.repository.content(e.ids, e.depth)) {
      for (let from = 0; from < chunk.length;) {
        skip();
        const n = Math.min(chunk.length - from, holes[next].offset - at);
        if (n === 0) fail('more content than the file has bytes');
        writeAll(fd, chunk.subarray(from, from + n), at);
        from += n;
        at += n;
      }
    }
    skip();
    if (at !== e.size) fail(`content of ${at} bytes, want ${e.size}`);
    ftruncateSync(fd, e.size);
  }

  metadata(fd, e) {
    if (AS_ROOT) fchownSync(fd, e.uid, e.gid);
    fchmodSync(fd, e.mode);
    futimesSync(fd, seconds(e.mtime), seconds(e.mtime));
  }

  /** finish gives a directory its metadata, after everything in it. */
  finish(d) {
    try {
      const folder = new Folder(this.root, d.names);
      try {
        this.metadata(folder.fd, d);
      } finally {
        folder.close();
      }
    } catch (err) {
      this.warn(`${Buffer.concat(d.names.flatMap((n) => [n, SLASH]))}: ${err.message}`, true);
    }
  }
}

function writeAll(fd, bytes, position) {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

/** sameness is equal for two entries of one hard link key that may be one inode (9). */
function sameness(e) {
  return JSON.stringify([e.type, e.size, e.ids.map((id) => Buffer.from(id).toString('base64')), e.depth, e.holes, e.target && [...e.target]]);
}
