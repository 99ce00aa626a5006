#!/usr/bin/env node
// Restores a backup_projeto repository from a folder. It is written from doc/format.md alone and shares no code with the
// program that made the repository. See README.md.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseCode } from './lib/crypto.mjs';
import { Repository, Void } from './lib/repository.mjs';
import { Restore } from './lib/restore.mjs';

const USAGE = `usage: node reader.mjs REPOSITORY_FOLDER TARGET_FOLDER [--snapshot ID|latest]
       node reader.mjs REPOSITORY_FOLDER --list

The secret is BACKUP_PROJETO_PASSPHRASE or BACKUP_PROJETO_RECOVERY_CODE in the environment, or --device-key FILE.`;

let damaged = false;

function warn(text, isDamage = false) {
  damaged ||= isDamage;
  console.error(`${isDamage ? 'damage' : 'note'}: ${text}`);
}

function secretOf(options) {
  const { BACKUP_PROJETO_PASSPHRASE: passphrase, BACKUP_PROJETO_RECOVERY_CODE: code } = process.env;
  if (options['device-key']) {
    const f = JSON.parse(readFileSync(options['device-key'], 'utf8'));
    return { lock: 2, value: Uint8Array.from(Buffer.from(f.device_key, 'hex')), slot: f.slot };
  }
  if (code) return { lock: 1, value: parseCode(code) };
  if (passphrase) return { lock: 0, value: new TextEncoder().encode(passphrase.replace(/[\r\n]+$/, '')) };
  throw new Error(USAGE);
}

function choose(repository, wanted) {
  const ids = repository.snapshotIds();
  if (wanted === 'latest') {
    const id = ids.findLast((one) => counts(repository, one));
    if (!id) throw new Error('the repository has no snapshots');
    return id;
  }
  const fitting = ids.filter((id) => id.startsWith(wanted.toLowerCase()));
  if (fitting.length !== 1) throw new Error(`${fitting.length} snapshots have an id that begins with ${wanted}`);
  return fitting[0];
}

/** counts tells of a snapshot that counts for nothing. */
function counts(repository, id) {
  try {
    repository.snapshot(id);
  } catch (e) {
    if (!(e instanceof Void)) return true; // whoever reads it says what is wrong
    warn(`snapshots/${id}: ${e.message}`);
    return false;
  }
  return true;
}

function list(repository) {
  for (const id of repository.snapshotIds()) {
    try {
      const m = repository.snapshot(id);
      const time = new Date(Number(m.start / 1000000n)).toISOString();
      console.log(`${id}  ${time}  ${m.project}  ${m.host}:${Buffer.from(m.path)}${m.unread ? '  partial' : ''}`);
    } catch (e) {
      warn(`snapshots/${id}: ${e.message}`, !(e instanceof Void));
    }
  }
}

function main() {
  if (process.platform === 'win32') throw new Error('this reader is for Linux and macOS');
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { snapshot: { type: 'string', default: 'latest' }, list: { type: 'boolean' }, 'device-key': { type: 'string' } },
  });
  if (positionals.length !== (values.list ? 1 : 2)) throw new Error(USAGE);
  const repository = new Repository(positionals[0], warn);
  repository.unlock(secretOf(values));
  if (values.list) return list(repository);
  const id = choose(repository, values.snapshot);
  repository.loadIndex();
  const m = repository.snapshot(id);
  if (m.unread) warn(`the snapshot is partial: ${m.unread} entries could not be read when it was made`);
  const made = new Restore(repository, positionals[1], warn).run(m.root);
  console.log(`${id}: ${made.files} files and symbolic links, ${made.directories} directories, ${made.links} hard links; ` +
    `${made.skipped} entries skipped`);
}

try {
  main();
} catch (e) {
  console.error(e.message);
  damaged = true;
}
process.exitCode = damaged ? 1 : 0;
