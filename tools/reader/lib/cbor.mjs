// The CBOR subset of doc/format.md, section 2: deterministic encoding only; everything else is refused.

export class FormatError extends Error {}

/** fail throws: the bytes are not of the format. */
export function fail(what) {
  throw new FormatError(what);
}

const UINT = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decoder reads one item after another from a Uint8Array. Byte strings that it returns share the input's memory. */
export class Decoder {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  /** head reads a head and returns [major type, argument as BigInt]. */
  head() {
    if (this.at >= this.data.length) fail('input ends');
    const first = this.data[this.at++];
    const info = first & 31;
    if (info < 24) return [first >> 5, BigInt(info)];
    if (info > 27) fail('not a definite length');
    const size = 1 << (info - 24);
    if (this.data.length - this.at < size) fail('input ends');
    let n = 0n;
    for (let i = 0; i < size; i++) n = (n << 8n) | BigInt(this.data[this.at++]);
    const least = size === 1 ? 24n : 1n << BigInt(4 * size);
    if (n < least) fail('not the shortest form');
    return [first >> 5, n];
  }

  argument(major, limit, what) {
    const [got, n] = this.head();
    if (got !== major) fail(`${what}: major type ${got}, want ${major}`);
    if (n > BigInt(limit)) fail(`${what}: ${n} is over ${limit}`);
    return Number(n);
  }

  /** uint reads an unsigned integer of at most limit, which is at most 2^53 - 1. */
  uint(limit) {
    return this.argument(UINT, limit, 'integer');
  }

  /** int reads a signed 64-bit integer as a BigInt. */
  int() {
    const [major, n] = this.head();
    if (n >= 1n << 63n || (major !== UINT && major !== NEGATIVE)) fail('not a 64-bit integer');
    return major === UINT ? n : -1n - n;
  }

  bool() {
    const byte = this.data[this.at++];
    if (byte !== 0xf4 && byte !== 0xf5) fail('not a boolean');
    return byte === 0xf5;
  }

  string(major, limit) {
    const n = this.argument(major, limit, 'string');
    if (n > this.data.length - this.at) fail('input ends');
    this.at += n;
    return this.data.subarray(this.at - n, this.at);
  }

  bytes(limit) {
    return this.string(BYTES, limit);
  }

  fixed(size) {
    const b = this.bytes(size);
    if (b.length !== size) fail(`byte string of ${b.length}, want ${size}`);
    return b;
  }

  text(limit) {
    try {
      return utf8.decode(this.string(TEXT, limit));
    } catch (e) {
      return fail(e instanceof FormatError ? e.message : 'text is not UTF-8');
    }
  }

  /** array reads the head of an array of at most limit items; every item takes at least a byte. */
  array(limit) {
    return this.argument(ARRAY, Math.min(limit, this.data.length - this.at), 'array');
  }

  arrayOf(size) {
    if (this.array(size) !== size) fail(`array, want ${size} items`);
  }

  /** map reads a map and calls fields[key]() for each key, which must be there. It returns the set of keys. */
  map(fields) {
    const n = this.argument(MAP, Object.keys(fields).length, 'map');
    const seen = new Set();
    let last = -1;
    for (let i = 0; i < n; i++) {
      const key = this.uint(Number.MAX_SAFE_INTEGER);
      if (key <= last) fail('map keys do not ascend');
      if (!fields[key]) fail(`unknown key ${key}`);
      fields[key]();
      seen.add(key);
      last = key;
    }
    return seen;
  }

  end() {
    if (this.at !== this.data.length) fail('bytes are left over');
  }
}
