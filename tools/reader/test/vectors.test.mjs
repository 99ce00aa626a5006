// The test vectors of doc/format.md, section 15, against this reader.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Decoder, FormatError } from '../lib/cbor.mjs';
import {
  ObjectKey, ReadKey, ascii, chunkId, concatBytes, context, derive, hex, lockKey, mac, openOnce, padded, parseCode, sha256, unpad, uuid, verifierOf, verify,
} from '../lib/crypto.mjs';
import { decodeConfig, decodeFooter, decodeKeyring, decodeManifest, decodePiece, decodeRevocation, decodeSlot, splitIds } from '../lib/format.mjs';

const EMPTY = new Uint8Array(0);
const bytes = (s) => Uint8Array.from(Buffer.from(s, 'hex'));
const count = (from, n) => Uint8Array.from({ length: n }, (_, i) => from + i);
const repository = bytes('00112233445546778899aabbccddeeff');
const writer = count(0, 32);
const readKey = new ReadKey(count(0x20, 32));
const idKey = derive(writer, EMPTY, 'id');

function readVectors() {
  const doc = readFileSync(new URL('../../../doc/format.md', import.meta.url), 'utf8');
  const vectors = {};
  for (const [, name, text] of doc.matchAll(/```vector ([a-z-]+)\n(.*?)```/gs)) {
    const v = {};
    let last = '';
    for (const line of text.trimEnd().split('\n')) {
      last = line.slice(0, 16).trim() || last;
      v[last] = (v[last] ?? '') + line.slice(16);
    }
    vectors[name] = v;
  }
  return vectors;
}

const v = readVectors();

test('cbor', () => {
  const read = (label, f) => {
    const d = new Decoder(bytes(v.cbor[label]));
    const value = f(d);
    d.end();
    return value;
  };
  for (const n of [0, 23, 24, 255, 256, 65536, 4294967296]) assert.equal(read(String(n), (d) => d.uint(2 ** 40)), n);
  for (const n of [-1, -1000000000]) assert.equal(read(String(n), (d) => d.int()), BigInt(n));
  assert.deepEqual([...read('bytes 00 01', (d) => d.bytes(2))], [0, 1]);
  assert.equal(read('text U+00E7', (d) => d.text(2)), '\u00e7');
});

test('cbor that is not deterministic is refused', () => {
  for (const s of ['1817', '190017', '1a0000ffff', '5f4100ff', 'c0', 'f6', 'fb0000000000000000', '1c', '', '58']) {
    assert.throws(() => new Decoder(bytes(s)).uint(2 ** 40), FormatError, s);
  }
  for (const s of ['a201000100', 'a202000100', 'a10300', 'bf0100ff']) { // twice, descending, unknown, indefinite
    const d = new Decoder(bytes(s));
    assert.throws(() => d.map({ 1: () => d.uint(9), 2: () => d.uint(9) }), FormatError, s);
  }
});

test('context', () => {
  assert.equal(hex(context(repository, 'index')), v.context.index);
  assert.equal(hex(context(repository, 'segment', Uint8Array.of(0, 0, 0, 3))), v.context['segment 3']);
});

test('derive', () => {
  for (const purpose of ['id', 'chunking', 'index', 'manifest', 'config']) {
    assert.equal(hex(derive(writer, EMPTY, purpose)), v.derive[purpose]);
  }
});

test('read key', () => {
  assert.equal(hex(sha256(readKey.publicKey)), v['read-key']['public SHA-256']);
  assert.equal(hex(readKey.adminVerifier), v['read-key']['admin verifier']);
});

test('seal once', () => {
  const key = derive(writer, EMPTY, 'index');
  const sealed = bytes(v['seal-once'].sealed);
  assert.equal(Buffer.from(openOnce(key, context(repository, 'index'), sealed)).toString(), 'hello');
  assert.throws(() => openOnce(key, context(repository, 'gc'), sealed), FormatError);
});

test('seal part', () => {
  const sealed = bytes(v['seal-part'].sealed);
  assert.equal(hex(readKey.open(context(repository, 'pack'), sealed)), v['seal-part']['object key']);
  const key = readKey.objectKey(repository, 'pack', EMPTY, sealed);
  assert.ok(key instanceof ObjectKey);
  assert.equal(Buffer.from(key.open('segment', 3, bytes(v['seal-part'].part))).toString(), 'hello');
  assert.throws(() => key.open('segment', 4, bytes(v['seal-part'].part)), FormatError);
  assert.throws(() => readKey.objectKey(repository, 'snapshot', EMPTY, sealed), FormatError);
});

test('signature', () => {
  const verifier = verifierOf(count(0x40, 32));
  assert.equal(hex(verifier), v.signature.verifier);
  const ok = (data) => verify(verifier, context(repository, 'index'), ascii(data), bytes(v.signature.signature));
  assert.ok(ok('hello'));
  assert.ok(!ok('hallo'));
});

test('recovery code', () => {
  for (const typed of [v.code.code, ` ${v.code.code.toLowerCase().replaceAll('-', ' ')}\n`, v.code.code.replaceAll('0', 'o').replaceAll('1', 'l').slice(2)]) {
    assert.equal(hex(parseCode(typed)), v.code.bytes);
  }
  assert.throws(() => parseCode(v.code.code.replace('E', 'F')));
  assert.throws(() => parseCode(v.code.code.slice(0, -1)));
  assert.equal(hex(lockKey({ lock: 1, salt: count(0x80, 32) }, bytes(v.code.bytes))), v.code['lock key']);
});

test('slot', () => {
  const slot = decodeSlot(bytes(v.slot.object));
  assert.equal(uuid(slot.id), v.slot['slot id']);
  const passphrase = new TextEncoder().encode(v.slot.passphrase);
  assert.equal(hex(passphrase), v.slot['its bytes']);
  const key = lockKey(slot, passphrase);
  assert.equal(hex(key), v.slot['lock key']);
  const ctx = context(repository, 'slot', slot.id);
  const plain = openOnce(key, ctx, slot.sealed);
  assert.equal(hex(plain), v.slot.keyring);
  const ring = decodeKeyring(plain);
  assert.deepEqual(ring.writer, writer);
  assert.deepEqual(ring.read, count(0x20, 32));
  assert.deepEqual(verifierOf(ring.signer), slot.verifier);
  assert.ok(verify(readKey.adminVerifier, ctx, slot.certified, slot.certificate));
});

test('revocation', () => {
  const r = decodeRevocation(bytes(v.revoked.object));
  assert.equal(uuid(r.slot), v.revoked['slot id']);
  assert.deepEqual(r.repository, repository);
  assert.deepEqual(r.verifier, verifierOf(count(0x40, 32)));
  assert.equal(hex(r.certified), v.revoked.signed);
  assert.equal(hex(r.certificate), v.revoked.certificate);
  const hashes = [ascii('hello'), EMPTY].map((b) => hex(sha256(b))).sort();
  assert.deepEqual(splitIds(r.kept).map(hex), hashes);
  const ok = (signed) => verify(readKey.adminVerifier, context(repository, 'revoked', r.slot), signed, r.certificate);
  assert.ok(ok(r.certified));
  assert.ok(!ok(bytes(v.revoked.signed.replace('0af4', '0af5')))); // believed
});

test('config', () => {
  const config = decodeConfig(bytes(v.config.object));
  assert.equal(hex(config.authenticated), v.config.authenticated);
  assert.deepEqual(mac(derive(writer, EMPTY, 'config'), context(config.repository, 'config'), config.authenticated), config.mac);
  assert.throws(() => decodeConfig(bytes(v.config.object.replace('a50101', 'a50102'))), /format 2/);
});

test('padding', () => {
  for (const [n, want] of Object.entries(v.padding)) {
    if (/^[0-9]+$/.test(n)) assert.equal(String(padded(Number(n))), want);
  }
  for (const text of ['', 'hello']) {
    const b = new Uint8Array(4096);
    b.set([...ascii(text), 0x80]);
    assert.equal(hex(sha256(b)), v.padding[JSON.stringify(text)]);
    assert.equal(hex(unpad(b)), hex(ascii(text)));
    assert.throws(() => unpad(b.subarray(0, 4095)), FormatError);
  }
  assert.throws(() => unpad(new Uint8Array(4096)), FormatError);
  assert.throws(() => unpad(EMPTY), FormatError);
});

test('chunk ids', () => {
  assert.equal(hex(chunkId(idKey, EMPTY)), v.id['""']);
  assert.equal(hex(chunkId(idKey, ascii('hello'))), v.id['"hello"']);
});

// A reader never cuts; this shows that section 6 says enough for a writer that wants to.
test('where content is cut', () => {
  const table = derive(derive(writer, EMPTY, 'chunking'), EMPTY, 'gear', 2048);
  const gear = Array.from({ length: 256 }, (_, i) => BigInt(`0x${hex(table.subarray(8 * i, 8 * i + 8))}`));
  const [min, avg, max] = decodeConfig(bytes(v.config.object)).sizes;
  const mask = (ones) => ((1n << BigInt(ones)) - 1n) << BigInt(63 - ones);
  const [hard, easy] = [mask(Math.log2(avg) + 2), mask(Math.log2(avg) - 2)];
  const content = concatBytes(...Array.from({ length: 65536 }, (_, i) => sha256(Uint8Array.of(0, 0, i >> 8, i))));
  const lengths = [];
  for (let start = 0; start < content.length; start += lengths.at(-1)) {
    const rest = content.subarray(start, start + max);
    let n = Math.min(min, rest.length);
    for (let h = 0n; n < rest.length; n++) {
      h = BigInt.asUintN(64, 2n * h + gear[rest[n]]);
      if ((h & (n < avg ? hard : easy)) === 0n) {
        n++;
        break;
      }
    }
    lengths.push(n);
  }
  assert.equal(hex(table.subarray(0, 8)), v.gear['gear[0]']);
  assert.equal(lengths.join(' '), v.gear.lengths);
});

test('footer', () => {
  const f = decodeFooter(bytes(v.footer.footer));
  assert.deepEqual(f.segments.map((s) => [s.offset, s.stored, s.raw, s.compression, s.lengths]), [[8, 26, 10, 0, [5, 5]], [34, 100, 4096, 1, [4096]]]);
  assert.equal(hex(f.segments[0].ids), hex(concatBytes(chunkId(idKey, ascii('hello')), chunkId(idKey, ascii('world')))));
});

test('directory', () => {
  const piece = bytes(v.directory.piece);
  assert.equal(hex(chunkId(idKey, piece)), v.directory.id);
  assert.ok(v.directory.piece.startsWith(`82${v.entry.entry}`));
  const [sparse, link] = decodePiece(piece);
  assert.equal(Buffer.from(sparse.name).toString(), 'disco.img');
  assert.deepEqual([sparse.type, sparse.mode, sparse.size, sparse.mtime], [0, 0o644, 8197, 1767225600123456789n]);
  assert.deepEqual(sparse.holes, [{ offset: 0, length: 4096 }, { offset: 4101, length: 4096 }]);
  assert.equal(sparse.link, hex(count(0xa0, 16)));
  assert.equal(Buffer.from(link.target).toString(), '../alvo');
});

test('entries that could lead astray are refused', () => {
  const refused = [
    '81a101412f', '81a101412e', '81a101422e2e', '81a1014100', '81a10140', '81a0', // the names /, ., .., NUL, empty, none
    '81a20141610200', // a zero that should be left out
    '81a3014161090a0c820a01', // a hole behind the end
    `81a301416102030a5820${'00'.repeat(32)}`, // a fifo with content
    '82a1014162a1014161', '82a1014161a1014161', // names that descend, and one twice
    '8000',
  ];
  for (const s of refused) assert.throws(() => decodePiece(bytes(s)), FormatError, s);
  assert.equal(decodePiece(bytes('81a2014161090a')).length, 1);
  assert.equal(decodePiece(bytes('80')).length, 0);
});

test('manifest', () => {
  const m = decodeManifest(bytes(v.manifest.manifest));
  assert.deepEqual([m.project, m.host, m.user, m.unread, m.start, m.root.mode], ['projeto', 'casa', 'ana', 1n, 1767225600000000000n, 0o755]);
});
