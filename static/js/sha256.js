// SHA-256 of a file that is too large to hold, piece by piece (FIPS 180-4): the browser's own digest wants all at once.
"use strict";

class Sha256 {
  // The first 32 bits of the fractions of the cube and square roots of the first primes (4.2.2, 5.3.3).
  static roots(count, power) {
    const primes = [];
    for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n);
    return Int32Array.from(primes, (prime) => (prime ** power % 1) * 2 ** 32);
  }

  static K = Sha256.roots(64, 1 / 3);

  constructor() {
    this.state = Sha256.roots(8, 1 / 2);
    this.words = new Int32Array(64);
    this.rest = new Uint8Array(64);
    this.kept = 0;
    this.length = 0;
  }

  // bytes: a Uint8Array of any length.
  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    if (this.kept) {
      at = Math.min(64 - this.kept, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.kept);
      this.kept += at;
      if (this.kept < 64) return;
      this.blocks(this.rest, 0, 64);
    }
    const whole = at + 64 * Math.floor((bytes.length - at) / 64);
    this.blocks(bytes, at, whole);
    this.kept = bytes.length - whole;
    this.rest.set(bytes.subarray(whole));
  }

  // The digest in hex; nothing may be added afterwards.
  hex() {
    const end = new Uint8Array(this.kept < 56 ? 64 : 128);
    end.set(this.rest.subarray(0, this.kept));
    end[this.kept] = 0x80;
    new DataView(end.buffer).setBigUint64(end.length - 8, BigInt(this.length) * 8n);
    this.blocks(end, 0, end.length);
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  blocks(bytes, from, to) {
    const w = this.words, k = Sha256.K, s = this.state;
    for (let at = from; at < to; at += 64) {
      for (let t = 0, i = at; t < 16; t++, i += 4) {
        w[t] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
      }
      for (let t = 16; t < 64; t++) {
        const x = w[t - 15], y = w[t - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
      }
      let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
      for (let t = 0; t < 64; t++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const one = (h + s1 + ((e & f) ^ (~e & g)) + k[t] + w[t]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
    }
  }
}
