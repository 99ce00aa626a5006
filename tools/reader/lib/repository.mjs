// A repository in a folder: opening it (11), finding and checking chunks (6, 7, 8), reading snapshots (10).

import { closeSync, fstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decompress } from 'fzstd';
import { fail } from './cbor.mjs';
import {
  ReadKey, SEALED_KEY, chunkId, concatBytes, context, derive, equal, hex, lockKey, mac, openOnce, sha256, unpad, uuid, verifierOf, verify, ascii,
} from './crypto.mjs';
import {
  DIR, MAX_OBJECT, MAX_SNAPSHOT, NewerFormat, decodeConfig, decodeFooter, decodeIndex, decodeKeyring, decodeManifest, decodePiece, decodeRevocation, decodeSlot, splitIds,
} from './format.mjs';

const MAX_SLOTS = 10000;
const MAX_IDS = 16; // repositories whose slots are looked at in one place
const MAX_SLOT = 16 << 10;
const TRAILER = SEALED_KEY + 12;
const SIGNED_HEAD = 120;
const CACHED_SEGMENTS = 64;
const EMPTY = new Uint8Array(0);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HASH = /^[0-9a-f]{64}$/;
const REVOKED = new RegExp(`^revoked\\.${UUID.source.slice(1, -1)}\\.${UUID.source.slice(1, -1)}$`);

/** Void says that an object is what was signed, and counts for nothing because of who signed it: that is no damage. */
export class Void extends Error {}

/** The folder as a store. */
class Store {
  constructor(folder) {
    this.folder = folder;
  }

  /** open calls fn(descriptor, size) with an object that is at most limit bytes. */
  open(name, limit, fn) {
    const fd = openSync(join(this.folder, name), 'r');
    try {
      const size = fstatSync(fd).size;
      if (size > limit) fail(`object of ${size} bytes`);
      return fn(fd, size);
    } finally {
      closeSync(fd);
    }
  }

  read(name, limit) {
    return this.open(name, limit, (fd, size) => readRange(fd, 0, size));
  }

  list(prefix, pattern) {
    try {
      return readdirSync(join(this.folder, prefix)).filter((n) => pattern.test(n)).sort();
    } catch (e) {
      if (e.code === 'ENOENT') return [];
      throw e;
    }
  }
}

function readRange(fd, offset, length) {
  const b = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const n = readSync(fd, b, at, length - at, offset + at);
    if (n === 0) fail('the object is cut short');
    at += n;
  }
  return b;
}

export class Repository {
  /** warn(text, isDamage) is called for each thing that is worth saying and does not stop the reading. */
  constructor(folder, warn) {
    this.store = new Store(folder);
    this.warn = warn;
    this.chunks = new Map(); // id in hexadecimal → places
    this.packs = new Set(); // names
    this.checked = new Set(); // names of packs whose hash was compared
    this.entries = 0; // that list packs
    this.segments = new Map(); // "entry/number" → raw bytes, most recently used last
  }

  context(kind, place) {
    return context(this.repository, kind, place);
  }

  /** unlock opens the repository with { lock, value, slot }, slot only for a device's key. */
  unlock(secret) {
    const config = this.readConfig();
    const all = this.readSlots();
    const ring = this.openAny(secret, all, config);
    if (!ring.read) throw new Error('this key can only write; it restores nothing');
    this.read = ring.readKey;
    if (config) {
      const right = equal(config.repository, this.repository) &&
        equal(mac(derive(ring.writer, EMPTY, 'config'), this.context('config'), config.authenticated), config.mac);
      if (!right) this.warn('config: it is not what was written; what counts of it is what the key that opened says', true);
    }
    this.idKey = derive(ring.writer, EMPTY, 'id');
    this.indexKey = derive(ring.writer, EMPTY, 'index');
    for (const [id, slot] of this.slots) {
      slot.trusted = verify(this.read.adminVerifier, this.context('slot', slot.id), slot.certified, slot.certificate);
      if (!slot.trusted) this.warn(`keys/${id}: the certificate does not verify`, true);
    }
    this.revoked = this.readRevocations();
  }

  /** readRevocations returns what counts of slots that are revoked: slot id → { verifier, kept }, kept the hashes of objects. */
  readRevocations() {
    const all = new Map();
    for (const name of this.store.list('gc', REVOKED)) {
      try {
        const r = decodeRevocation(this.store.read(`gc/${name}`, MAX_OBJECT));
        if (!equal(r.repository, this.repository) || uuid(r.slot) !== name.split('.')[1]) fail('belongs elsewhere');
        if (!verify(this.read.adminVerifier, this.context('revoked', r.slot), r.certified, r.certificate)) fail('the certificate does not verify');
        const known = all.get(uuid(r.slot)) ?? { verifier: r.verifier, kept: new Set() };
        splitIds(r.kept).forEach((hash) => known.kept.add(hex(hash)));
        all.set(uuid(r.slot), known);
      } catch (e) {
        this.warn(`gc/${name}: ${e.message}`, true);
      }
    }
    return all;
  }

  /** readConfig returns null where there is none, or a damaged one: it can be had from the slots (5, making it anew). One of a newer format is not. */
  readConfig() {
    try {
      return decodeConfig(this.store.read('config', 4096));
    } catch (e) {
      if (e instanceof NewerFormat) throw e;
      this.warn(`config: ${e.code === 'ENOENT' ? 'it is missing' : e.message}; the key slots tell which repository this is`, true);
      return null;
    }
  }

  /** openAny opens a slot under the id that the configuration says, or else under each that slots name: a slot is sealed and certified under one only. */
  openAny(secret, all, config) {
    const count = new Map(); // ids in hexadecimal → slots
    for (const [, slot] of all) count.set(hex(slot.repository), (count.get(hex(slot.repository)) ?? 0) + 1);
    const ids = [...count.keys()].sort((a, b) => count.get(b) - count.get(a)).slice(0, MAX_IDS).map((id) => Buffer.from(id, 'hex'));
    if (config) ids.unshift(config.repository);
    if (ids.length === 0) throw new Error('there is neither a configuration nor a key slot: without them nothing here can be opened');
    let why;
    for (const id of ids) {
      this.repository = id;
      this.slots = new Map(all.filter(([, slot]) => equal(slot.repository, id)));
      try {
        return this.tryLocks(secret);
      } catch (e) {
        why ??= e;
      }
    }
    throw why;
  }

  readSlots() {
    const slots = [];
    for (const name of this.store.list('keys', UUID).slice(0, MAX_SLOTS)) {
      try {
        const slot = decodeSlot(this.store.read(`keys/${name}`, MAX_SLOT));
        if (uuid(slot.id) !== name) fail('belongs elsewhere');
        slots.push([name, slot]);
      } catch (e) {
        this.warn(`keys/${name}: ${e.message}`, true);
      }
    }
    return slots.sort((a, b) => (a[1].created < b[1].created ? -1 : 1));
  }

  tryLocks(secret) {
    for (const [id, slot] of this.slots) {
      if (slot.lock !== secret.lock || (secret.slot && secret.slot !== id)) continue;
      const ctx = this.context('slot', slot.id);
      let plain;
      try {
        plain = openOnce(lockKey(slot, secret.value), ctx, slot.sealed);
      } catch {
        continue; // not the secret of this slot
      }
      const ring = decodeKeyring(plain);
      if (slot.writeOnly === Boolean(ring.read)) fail('keyring');
      if (ring.read) ring.readKey = new ReadKey(ring.read);
      const admin = ring.readKey ? ring.readKey.adminVerifier : ring.admin;
      if (!verify(admin, ctx, slot.certified, slot.certificate)) fail(`keys/${id}: certificate`);
      if (!equal(verifierOf(ring.signer), slot.verifier)) fail(`keys/${id}: verifier`);
      return ring;
    }
    throw new Error('no key slot opens with this secret');
  }

  /** signed checks the head of an index or snapshot object, and whose it is, and returns what follows the signature. */
  signed(name, magic, ctx, data) {
    if (data.length < SIGNED_HEAD || !equal(data.subarray(0, 8), ascii(magic))) fail('no head');
    const slotId = uuid(data.subarray(8, 24));
    const verifier = data.subarray(24, 56);
    const body = data.subarray(SIGNED_HEAD);
    if (!verify(verifier, concatBytes(ctx, data.subarray(8, 24)), body, data.subarray(56, SIGNED_HEAD))) fail('the signature does not verify');
    const revoked = this.revoked.get(slotId);
    const slot = revoked ?? this.slots.get(slotId);
    if (!slot || !(revoked || slot.trusted)) {
      if (magic === 'bp-snap1') fail('signed by a device that has no key here');
      this.warn(`${name}: signed by a device that has no key here`); // what an index object says is checked by who uses it
    } else if (!equal(slot.verifier, verifier)) throw new Void('signed by another key than that of its slot');
    else if (revoked && !revoked.kept.has(hex(sha256(data)))) throw new Void('signed by a device after it was revoked');
    return body;
  }

  loadIndex() {
    let whole = true;
    for (const name of this.store.list('index', HASH)) {
      try {
        this.readIndex(name).forEach((p) => this.addPack(p));
      } catch (e) {
        whole &&= e instanceof Void;
        this.warn(`index/${name}: ${e.message}`, !(e instanceof Void));
      }
    }
    if (!whole) this.readFooters();
  }

  readIndex(name) {
    const data = this.store.read(`index/${name}`, MAX_OBJECT);
    if (hex(sha256(data)) !== name) fail('the hash is not the name');
    const ctx = this.context('index');
    return decodeIndex(unpad(openOnce(this.indexKey, ctx, this.signed(`index/${name}`, 'bp-indx1', ctx, data))));
  }

  /** addPack adds an entry. Entries of one pack may contradict one another: each of them is tried. */
  addPack(p) {
    this.packs.add(p.name);
    const pack = { name: p.name, key: p.key, entry: this.entries++ };
    p.footer.segments.forEach((segment, number) => {
      let at = 0;
      splitIds(segment.ids).forEach((id, i) => {
        const place = { pack, number, segment, at, length: segment.lengths[i] };
        at += place.length;
        const key = hex(id);
        const known = this.chunks.get(key);
        if (known) known.push(place);
        else this.chunks.set(key, [place]);
      });
      segment.ids = null; // they are in the map now
    });
  }

  /** readFooters adds the packs that no index object lists, from their own footers. */
  readFooters() {
    for (const folder of this.store.list('packs', /^[0-9a-f]{2}$/)) {
      for (const name of this.store.list(`packs/${folder}`, HASH)) {
        if (this.packs.has(name)) continue;
        try {
          this.addPack(this.readFooter(name));
        } catch (e) {
          this.warn(`packs/${folder}/${name}: ${e.message}`, true);
        }
      }
    }
  }

  readFooter(name) {
    return this.store.open(packName(name), MAX_OBJECT, (fd, size) => {
      if (size < TRAILER + 8) fail('too short');
      const trailer = readRange(fd, size - TRAILER, TRAILER);
      if (!equal(trailer.subarray(SEALED_KEY + 4), ascii('bp-pack1'))) fail('no trailer');
      const length = Number(`0x${hex(trailer.subarray(SEALED_KEY, SEALED_KEY + 4))}`);
      if (length < 16 || length > size - TRAILER - 8) fail('footer length');
      const key = trailer.subarray(0, SEALED_KEY);
      const objectKey = this.read.objectKey(this.repository, 'pack', EMPTY, key);
      const footer = decodeFooter(unpad(objectKey.open('footer', 0xffffffff, readRange(fd, size - TRAILER - length, length))));
      if (footer.end > size - TRAILER - length) fail('segments exceed their pack');
      return { name, key, footer };
    });
  }

  /** chunk returns the content of an id, checked. */
  chunk(id) {
    const key = hex(id);
    let problem = new Error(`no index lists the chunk ${key}`);
    for (const place of this.chunks.get(key) ?? []) {
      try {
        const content = this.segment(place).subarray(place.at, place.at + place.length);
        if (!equal(chunkId(this.idKey, content), id)) fail('the content does not have its id');
        return content;
      } catch (e) {
        problem = new Error(`${packName(place.pack.name)}: ${e.message}`);
      }
    }
    throw problem;
  }

  segment({ pack, number, segment }) {
    const key = `${pack.entry}/${number}`;
    let raw = this.segments.get(key);
    if (raw) this.segments.delete(key);
    else raw = this.openSegment(pack, number, segment);
    this.segments.set(key, raw);
    if (this.segments.size > CACHED_SEGMENTS) this.segments.delete(this.segments.keys().next().value);
    return raw;
  }

  openSegment(pack, number, segment) {
    const sealed = this.store.open(packName(pack.name), MAX_OBJECT, (fd, size) => {
      if (!this.checked.has(pack.name) && hex(sha256(readRange(fd, 0, size))) !== pack.name) {
        this.warn(`${packName(pack.name)}: the hash is not the name`, true); // its segments may be whole all the same
      }
      this.checked.add(pack.name);
      return readRange(fd, segment.offset, segment.stored);
    });
    pack.objectKey ??= this.read.objectKey(this.repository, 'pack', EMPTY, pack.key);
    const stored = pack.objectKey.open('segment', number, sealed);
    const raw = segment.compression === 1 ? inflate(stored, segment.raw) : stored;
    if (raw.length !== segment.raw) fail('segment of another length');
    return raw;
  }

  snapshotIds() {
    return this.store.list('snapshots', UUID);
  }

  snapshot(id) {
    const data = this.store.read(`snapshots/${id}`, MAX_SNAPSHOT);
    const place = Uint8Array.from(Buffer.from(id.replaceAll('-', ''), 'hex'));
    const body = this.signed(`snapshots/${id}`, 'bp-snap1', this.context('snapshot', place), data);
    if (body.length < SEALED_KEY) fail('too short');
    const key = this.read.objectKey(this.repository, 'snapshot', place, body.subarray(0, SEALED_KEY));
    const m = decodeManifest(unpad(key.open('snapshot', 0, body.subarray(SEALED_KEY))));
    if (!equal(m.id, place)) fail('belongs elsewhere');
    return m;
  }

  /** content yields the chunks of a content in order. */
  *content(ids, depth) {
    for (const id of ids) {
      const chunk = this.chunk(id);
      if (depth === 0) yield chunk;
      else yield* this.content(splitIds(chunk), depth - 1);
    }
  }

  /** directory yields the entries of a directory. */
  *directory(entry) {
    if (entry.type !== DIR) fail('not a directory');
    let last = null;
    for (const piece of this.content(entry.ids, entry.depth)) {
      const entries = decodePiece(piece);
      if (last && entries.length && Buffer.compare(last, entries[0].name) >= 0) fail('names do not ascend');
      yield* entries;
      last = entries.at(-1)?.name ?? last;
    }
  }
}

export const packName = (name) => `packs/${name.slice(0, 2)}/${name}`;

/** inflate opens one zstd frame that states its content's size (RFC 8878, section 3.1.1). */
function inflate(stored, size) {
  if (stored.length < 6 || !equal(stored.subarray(0, 4), Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd))) fail('no zstd frame');
  const descriptor = stored[4];
  if (descriptor & 3) fail('zstd dictionary');
  const single = (descriptor >> 5) & 1;
  const bytes = [single, 2, 4, 8][descriptor >> 6];
  if (bytes === 0) fail('zstd frame without a content size');
  let at = 5;
  if (!single) {
    const [exponent, mantissa] = [stored[at] >> 3, stored[at] & 7];
    const window = 2 ** (10 + exponent) * (1 + mantissa / 8);
    if (window > Math.max(size, 1 << 20)) fail('zstd window');
    at++;
  }
  let n = bytes === 2 ? 256 : 0;
  for (let i = 0; i < bytes; i++) n += stored[at + i] * 2 ** (8 * i);
  if (n !== size) fail('zstd frame of another size');
  return decompress(stored);
}
