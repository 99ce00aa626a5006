// The constructions of doc/format.md, section 3, and the recovery codes and lock keys of section 4.

import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { argon2id } from '@noble/hashes/argon2.js';
import { expand, extract, hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { fail } from './cbor.mjs';

export { concatBytes, sha256 };

export const SEALED_KEY = 1168;
const EMPTY = new Uint8Array(0);

export const ascii = (s) => Uint8Array.from(s, (c) => c.charCodeAt(0));
export const hex = (b) => Buffer.from(b).toString('hex');
export const uuid = (b) => hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

export function equal(a, b) {
  if (a.length !== b.length) return false;
  let diff = 0;
  for (let i = 0; i < a.length; i++) diff |= a[i] ^ b[i];
  return diff === 0;
}

export function u32(n) {
  return Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
}

export function context(repository, kind, place = EMPTY) {
  return concatBytes(ascii(`backup_projeto 1 ${kind}\0`), repository, place);
}

export function derive(secret, salt, purpose, n = 32) {
  return hkdf(sha256, secret, salt, ascii(`backup_projeto 1 ${purpose}`), n);
}

export function chunkId(idKey, content) {
  return hmac(sha256, idKey, content);
}

export function mac(key, ctx, data) {
  return hmac(sha256, key, concatBytes(ctx, data));
}

function openGcm(key, nonce, additional, sealed) {
  if (sealed.length < 16) fail('too short to be sealed');
  try {
    return gcm(key, nonce, additional).decrypt(sealed);
  } catch {
    return fail('authentication failed');
  }
}

export function openOnce(key, ctx, sealed) {
  if (sealed.length < 48) fail('too short to be sealed');
  return openGcm(derive(key, sealed.subarray(0, 32), 'once'), new Uint8Array(12), ctx, sealed.subarray(32));
}

/** padded is the length that n bytes are padded to. */
export function padded(n) {
  let step = 4096;
  while (step < 65536 && n > 32 * step) step *= 2;
  return Math.ceil(n / step) * step;
}

export function unpad(text) {
  let n = text.length - 1;
  while (n > 0 && text[n] === 0) n--;
  if (n < 0 || text[n] !== 0x80 || padded(n + 1) !== text.length) fail('padding');
  return text.subarray(0, n);
}

/** verify checks an Ed25519 signature of data in a context. */
export function verify(verifier, ctx, data, signature) {
  try {
    return ed25519.verify(signature, concatBytes(ctx, sha256(data)), verifier, { zip215: false });
  } catch {
    return false;
  }
}

export const verifierOf = (seed) => ed25519.getPublicKey(seed);

/** ReadKey is the private half of the read key. */
export class ReadKey {
  constructor(seed) {
    const keys = shake256(seed, { dkLen: 96 });
    const kem = ml_kem768.keygen(keys.subarray(0, 64));
    this.decapsulationKey = kem.secretKey;
    this.x = keys.subarray(64);
    this.publicX = x25519.getPublicKey(this.x);
    this.publicKey = concatBytes(kem.publicKey, this.publicX);
    this.adminVerifier = verifierOf(derive(seed, EMPTY, 'admin'));
  }

  decapsulate(enc) {
    const m = enc.subarray(0, 1088);
    const x = enc.subarray(1088);
    return sha3_256(concatBytes(ml_kem768.decapsulate(m, this.decapsulationKey), x25519.getSharedSecret(this.x, x), x,
      this.publicX, ascii('\\.//^\\')));
  }

  /** open opens what was sealed to the read key (HPKE, base mode). */
  open(info, sealed) {
    if (sealed.length < 1120 + 16) fail('too short to be sealed');
    const suite = concatBytes(ascii('HPKE-v1HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 2));
    const labeledExtract = (salt, label, ikm) => extract(sha256, concatBytes(suite, ascii(label), ikm), salt);
    const labeledExpand = (prk, label, into, n) =>
      expand(sha256, prk, concatBytes(Uint8Array.of(n >> 8, n), suite, ascii(label), into), n);
    let shared;
    try {
      shared = this.decapsulate(sealed.subarray(0, 1120));
    } catch {
      fail('authentication failed');
    }
    const ks = concatBytes(Uint8Array.of(0), labeledExtract(EMPTY, 'psk_id_hash', EMPTY), labeledExtract(EMPTY, 'info_hash', info));
    const secret = labeledExtract(shared, 'secret', EMPTY);
    const key = labeledExpand(secret, 'key', ks, 32);
    const nonce = labeledExpand(secret, 'base_nonce', ks, 12);
    return openGcm(key, nonce, EMPTY, sealed.subarray(1120));
  }

  /** objectKey opens the key of a pack or snapshot. */
  objectKey(repository, kind, place, sealed) {
    if (sealed.length !== SEALED_KEY) fail('sealed key of another length');
    return new ObjectKey(repository, this.open(context(repository, kind, place), sealed));
  }
}

/** ObjectKey opens the numbered parts of one object. */
export class ObjectKey {
  constructor(repository, key) {
    if (key.length !== 32) fail('object key of another length');
    this.repository = repository;
    this.key = key;
  }

  open(kind, number, sealed) {
    const n = u32(number);
    return openGcm(this.key, concatBytes(new Uint8Array(8), n), context(this.repository, kind, n), sealed);
  }
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** parseCode reads a recovery code as a person typed it and returns its 20 bytes. */
export function parseCode(typed) {
  const s = typed.replace(/[ \t\r\n\u2013\u2014-]/g, '').toUpperCase().replace(/^BP/, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const values = Array.from(s, (c) => ALPHABET.indexOf(c));
  if (values.length !== 36 || values.includes(-1)) throw new Error('this is not a recovery code');
  const bits = values.map((v) => v.toString(2).padStart(5, '0')).join('');
  const code = Uint8Array.from({ length: 20 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
  const check = hex(sha256(code).subarray(0, 3)).slice(0, 5);
  if (parseInt(bits.slice(160), 2) !== parseInt(check, 16)) throw new Error('this is not a recovery code: mistyped');
  return code;
}

/** lockKey makes the key of a slot's lock; the slot's Argon2id parameters have been checked. */
export function lockKey(slot, secret) {
  if (slot.lock !== 0) return derive(secret, slot.salt, 'code');
  const [t, m, p] = slot.argon;
  return argon2id(secret, slot.salt, { t, m, p, dkLen: 32, version: 0x13, maxmem: 2 ** 31 });
}
