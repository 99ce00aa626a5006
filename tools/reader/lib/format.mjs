// The objects of doc/format.md as values: each function decodes one kind and refuses what the tables do not allow.

import { Decoder, fail } from './cbor.mjs';
import { SEALED_KEY, hex } from './crypto.mjs';

export const MAX_CHUNK = 8 << 20;
export const MAX_OBJECT = 64 << 20;
export const MAX_SNAPSHOT = 16 << 20;
const MAX_SEGMENT = 10 << 20;
const MAX_LENGTH = Number.MAX_SAFE_INTEGER; // the format allows 2^62, JavaScript's numbers do not
const MAX_U32 = 2 ** 32 - 1;

export const FILE = 0, DIR = 1, SYMLINK = 2, FIFO = 3, SOCKET = 4, CHAR = 5, BLOCK = 6;

function whole(data, read) {
  const d = new Decoder(data);
  const value = read(d);
  d.end();
  return value;
}

function need(seen, keys) {
  for (const k of keys) if (!seen.has(k)) fail(`key ${k} is missing`);
}

/** NewerFormat says that a configuration is of a format that this reader does not know. */
export class NewerFormat extends Error {}

/** config (5). The MAC covers the bytes of pairs 1 to 4 with the head of a map of 4. */
export function decodeConfig(data) {
  const c = {};
  let macAt = 0;
  const d = new Decoder(data);
  const seen = d.map({
    1: () => {
      c.version = d.uint(MAX_U32);
      if (c.version > 1) throw new NewerFormat(`this repository has format ${c.version}; this reader knows format 1`);
      if (c.version !== 1) fail('version');
    },
    2: () => { c.repository = d.fixed(16); },
    3: () => { c.created = d.int(); },
    4: () => {
      d.arrayOf(3);
      c.sizes = [d.uint(MAX_CHUNK), d.uint(MAX_CHUNK), d.uint(MAX_CHUNK)];
      macAt = d.at;
    },
    5: () => { c.mac = d.fixed(32); },
  });
  need(seen, [1, 2, 3, 4, 5]);
  d.end();
  const [min, avg, max] = c.sizes;
  if (min < 1024 || min >= avg || avg >= max || (avg & (avg - 1)) !== 0) fail('chunk sizes');
  c.authenticated = Uint8Array.of(0xa4, ...data.subarray(1, macAt));
  return c;
}

/** slot (4). The certificate covers pairs 1 to 12 with the head of a map of 12. */
export function decodeSlot(data) {
  const s = {};
  let certAt = 0;
  const d = new Decoder(data);
  const seen = d.map({
    1: () => { if (d.uint(255) !== 1) fail('slot of another version'); },
    2: () => { s.repository = d.fixed(16); },
    3: () => { s.id = d.fixed(16); },
    4: () => { s.lock = d.uint(2); },
    5: () => { s.writeOnly = d.bool(); },
    6: () => { s.label = d.text(256); },
    7: () => { s.created = d.int(); },
    8: () => {
      d.arrayOf(3);
      s.argon = [d.uint(MAX_U32), d.uint(MAX_U32), d.uint(255)];
    },
    9: () => { s.salt = d.fixed(32); },
    10: () => { s.verifier = d.fixed(32); },
    11: () => { s.sealed = d.bytes(4096); },
    12: () => {
      s.escrow = d.bytes(4096);
      certAt = d.at;
    },
    13: () => { s.certificate = d.fixed(64); },
  });
  need(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  d.end();
  const [passes, memory, lanes] = s.argon;
  if (s.lock === 0) {
    if (passes < 1 || lanes < 1 || memory < 8 * lanes || memory > 1048576 || passes * memory > 16777216) fail('Argon2id parameters');
  } else if (passes || memory || lanes) fail('Argon2id parameters without a passphrase');
  s.certified = Uint8Array.of(0xac, ...data.subarray(1, certAt));
  return s;
}

/** revocation (4). The certificate covers pairs 1 to 11 with the head of a map of 11. */
export function decodeRevocation(data) {
  const r = {};
  let certAt = 0;
  const d = new Decoder(data);
  const seen = d.map({
    1: () => { if (d.uint(255) !== 1) fail('revocation of another version'); },
    2: () => { r.repository = d.fixed(16); },
    3: () => { r.slot = d.fixed(16); },
    4: () => { d.uint(2); },
    5: () => { d.bool(); },
    6: () => { d.text(256); },
    7: () => { d.int(); },
    8: () => { r.verifier = d.fixed(32); },
    9: () => { d.int(); },
    10: () => { d.bool(); },
    11: () => {
      r.kept = d.bytes(1048576 * 32);
      certAt = d.at;
    },
    12: () => { r.certificate = d.fixed(64); },
  });
  need(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  d.end();
  r.certified = Uint8Array.of(0xab, ...data.subarray(1, certAt));
  return r;
}

export function decodeKeyring(data) {
  return whole(data, (d) => {
    const k = {};
    need(d.map({
      1: () => { k.writer = d.fixed(32); },
      2: () => { k.signer = d.fixed(32); },
      3: () => { k.read = d.fixed(32); },
      4: () => { k.public = d.fixed(1216); },
      5: () => { k.admin = d.fixed(32); },
    }), [1, 2]);
    return k;
  });
}

function decodeSegment(d) {
  d.arrayOf(5);
  const s = { stored: d.uint(MAX_SEGMENT + 64), raw: d.uint(MAX_SEGMENT), compression: d.uint(1), ids: d.bytes(2097152 * 32) };
  const n = d.array(2097152);
  if (n === 0 || s.ids.length !== 32 * n) fail('ids and lengths do not match');
  s.lengths = [];
  let sum = 0;
  for (let i = 0; i < n; i++) {
    s.lengths.push(d.uint(MAX_CHUNK));
    sum += s.lengths[i];
  }
  if (sum !== s.raw) fail('lengths do not add up');
  return s;
}

/** footer (7); each segment gets its offset in the pack. */
export function decodeFooter(data) {
  return whole(data, (d) => {
    const f = { segments: [], end: 8 };
    need(d.map({
      1: () => { f.kind = d.uint(1); },
      2: () => {
        for (let n = d.array(65536); n > 0; n--) {
          const s = decodeSegment(d);
          s.offset = f.end;
          f.end += s.stored;
          f.segments.push(s);
        }
      },
    }), [1, 2]);
    return f;
  });
}

export function decodeIndex(data) {
  return whole(data, (d) => {
    const packs = [];
    for (let n = d.array(65536); n > 0; n--) {
      const fields = d.array(5);
      if (fields < 4) fail(`a pack of ${fields} fields`);
      const p = { name: hex(d.fixed(32)), size: d.uint(MAX_OBJECT), key: d.fixed(SEALED_KEY), footer: decodeFooter(d.bytes(MAX_OBJECT)) };
      if (fields === 5 && d.fixed(16).every((b) => b === 0)) fail('an origin of zeroes');
      if (p.footer.end > p.size) fail('segments exceed their pack');
      packs.push(p);
    }
    return packs;
  });
}

/** splitIds reads concatenated ids. */
export function splitIds(b) {
  if (b.length % 32 !== 0) fail('ids');
  const ids = [];
  for (let i = 0; i < b.length; i += 32) ids.push(b.subarray(i, i + 32));
  return ids;
}

function pairs(d, limit, read) {
  const n = d.array(limit);
  if (n === 0 || n % 2 !== 0) fail('pairs');
  return Array.from({ length: n / 2 }, read);
}

const nonzero = (v) => v || fail('a zero value that should be left out');
const filled = (b) => (b.length ? b : fail('an empty value that should be left out'));

/** entry (9). */
function decodeEntry(d, isRoot) {
  const e = { type: FILE, mode: 0, uid: 0, gid: 0, mtime: 0n, size: 0, ids: [], depth: 0, holes: [], xattrs: 0 };
  d.map({
    1: () => { e.name = filled(d.bytes(1024)); },
    2: () => { e.type = nonzero(d.uint(6)); },
    3: () => { e.mode = nonzero(d.uint(0o7777)); },
    4: () => { e.uid = nonzero(d.uint(MAX_U32)); },
    5: () => { e.gid = nonzero(d.uint(MAX_U32)); },
    6: () => filled(d.bytes(1024)),
    7: () => filled(d.bytes(1024)),
    8: () => { e.mtime = nonzero(d.int()); },
    9: () => { e.size = nonzero(d.uint(MAX_LENGTH)); },
    10: () => { e.ids = filled(splitIds(d.bytes(MAX_CHUNK))); },
    11: () => { e.depth = nonzero(d.uint(8)); },
    12: () => { e.holes = pairs(d, 2097152, () => ({ offset: d.uint(MAX_LENGTH), length: nonzero(d.uint(MAX_LENGTH)) })); },
    13: () => { e.link = hex(d.fixed(16)); },
    14: () => { e.target = filled(d.bytes(65536)); },
    15: () => {
      d.arrayOf(2);
      e.device = [d.uint(MAX_U32), d.uint(MAX_U32)];
    },
    16: () => { e.xattrs = decodeXattrs(d); },
  });
  checkEntry(e, isRoot);
  return e;
}

/** decodeXattrs only counts: Node cannot set extended attributes. */
function decodeXattrs(d) {
  let last = null;
  return pairs(d, 8192, () => {
    const name = filled(d.bytes(1024));
    if (name.includes(0) || (last && Buffer.compare(last, name) >= 0)) fail('names of attributes');
    last = name;
    d.bytes(65536);
  }).length;
}

function checkEntry(e, isRoot) {
  if (isRoot) {
    if (e.name || e.type !== DIR) fail('root entry');
  } else {
    const name = e.name ? Buffer.from(e.name).toString('latin1') : '';
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) fail(`name ${JSON.stringify(name)}`);
  }
  if (e.type !== FILE && (e.size || e.holes.length)) fail('size of something that has none');
  if (e.type > DIR && (e.ids.length || e.depth)) fail('content of something that has none');
  if (e.depth && !e.ids.length) fail('depth without content');
  if (e.target && (e.type !== SYMLINK || e.target.includes(0))) fail('target');
  if (e.device && e.type < CHAR) fail('device number');
  if (e.link && (e.type === DIR || /^0*$/.test(e.link))) fail('hard link key');
  let end = -1;
  for (const h of e.holes) {
    if (h.offset <= end || h.offset + h.length > e.size) fail('holes');
    end = h.offset + h.length;
  }
}

/** decodePiece reads one piece of a directory. */
export function decodePiece(data) {
  return whole(data, (d) => {
    const entries = [];
    for (let n = d.array(1048576); n > 0; n--) {
      const e = decodeEntry(d, false);
      if (entries.length && Buffer.compare(entries.at(-1).name, e.name) >= 0) fail('names do not ascend');
      entries.push(e);
    }
    return entries;
  });
}

/** manifest (10). Only what a restore and a list need is kept; the rest is checked. */
export function decodeManifest(data) {
  const d = new Decoder(data);
  const m = { project: '', host: '', user: '', path: new Uint8Array(0), start: 0n, unread: 0n };
  const threes = (limit, read) => {
    const n = d.array(limit);
    if (n === 0 || n % 3 !== 0) fail('groups of three');
    for (let i = 0; i < n / 3; i++) read();
  };
  const seen = d.map({
    1: () => { m.id = d.fixed(16); },
    2: () => { d.fixed(16); },
    3: () => { m.project = filled(d.text(4096)); },
    4: () => { d.fixed(16); },
    5: () => { m.host = filled(d.text(4096)); },
    6: () => { m.user = filled(d.text(4096)); },
    7: () => { filled(d.text(4096)); },
    8: () => { m.path = filled(d.bytes(1048576)); },
    9: () => { m.start = nonzero(d.int()); },
    10: () => { nonzero(d.int()); },
    11: () => { filled(d.text(4096)); },
    12: () => { m.root = decodeEntry(d, true); },
    13: () => {
      d.arrayOf(11);
      for (let i = 0; i < 11; i++) d.uint(MAX_LENGTH);
    },
    14: () => threes(12288, () => [d.bytes(4096), d.uint(MAX_LENGTH), d.bytes(1048576)]),
    15: () => threes(3000, () => [d.bytes(1048576), d.text(4096), d.text(4096)]),
    16: () => { m.unread = nonzero(d.int()); },
    17: () => {
      d.arrayOf(3);
      for (let i = 0; i < 3; i++) d.text(4096);
    },
    18: () => { for (let n = nonzero(d.array(4096)); n > 0; n--) d.text(4096); },
    19: () => { if (d.int() !== 1n) fail('key 19'); },
  });
  need(seen, [1, 12, 13]);
  d.end();
  return m;
}
