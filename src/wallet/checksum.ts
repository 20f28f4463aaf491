// The checksum of an address. Keccak-256 is written out here, for one block: an address is short
// and public, and the libraries weigh five times as much.
import { toHex } from './hex.js';

/** The bytes of one block. */
const RATE = 136;
const ROUNDS = 24;

function rotate(lane: bigint, count: number): bigint {
  return (lane << BigInt(count)) | (lane >> BigInt(64 - count));
}

/** The steps theta, rho and pi. */
function diffuse(lanes: BigUint64Array): void {
  const at = (index: number) => lanes[index] ?? 0n;
  const parity = new BigUint64Array(5);
  const parityOf = (x: number) => parity[x % 5] ?? 0n;
  lanes.forEach((lane, index) => (parity[index % 5] = parityOf(index) ^ lane));
  lanes.forEach((lane, index) => {
    lanes[index] = lane ^ parityOf(index + 4) ^ rotate(parityOf(index + 1), 1);
  });
  let moved = at(1);
  for (let step = 1, x = 1, y = 0; step < 25; step += 1) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    const next = at(x + 5 * y);
    lanes[x + 5 * y] = rotate(moved, ((step * (step + 1)) / 2) % 64);
    moved = next;
  }
}

/** The step chi. */
function mixRows(lanes: BigUint64Array): void {
  for (let row = 0; row < 25; row += 5) {
    const before = lanes.slice(row, row + 5);
    const at = (x: number) => before[x % 5] ?? 0n;
    for (let x = 0; x < 5; x += 1) lanes[row + x] = at(x) ^ (~at(x + 1) & at(x + 2));
  }
}

/**
 * The permutation Keccak-f[1600], in place. An element of the array drops what is over 64 bits.
 * @see FIPS 202, section 3.3
 */
function permute(lanes: BigUint64Array): void {
  let register = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    diffuse(lanes);
    mixRows(lanes);
    // The step iota: seven bits of a shift register are added to the first lane.
    for (let bit = 0; bit < 7; bit += 1) {
      register = ((register << 1) ^ ((register >> 7) * 0x71)) % 256;
      if (register & 2) lanes[0] = (lanes[0] ?? 0n) ^ (1n << BigInt(2 ** bit - 1));
    }
  }
}

/**
 * Keccak-256 of up to 135 ASCII characters: the first 32 bytes of the result. The lanes are stored
 * with the lowest byte first, as on every machine that runs a browser.
 */
function hash(text: string): Uint8Array {
  const lanes = new BigUint64Array(25);
  const bytes = new Uint8Array(lanes.buffer);
  bytes.set(new TextEncoder().encode(text));
  bytes[text.length] = 0x01;
  bytes[RATE - 1] = 0x80;
  permute(lanes);
  return bytes;
}

/**
 * An address with its checksum.
 * @param address `0x` and 40 hex digits in any case
 * @see EIP-55
 */
export function addChecksum(address: string): string {
  const digits = address.slice(2).toLowerCase();
  const digest = toHex(hash(digits));
  const isUpper = (index: number) => parseInt(digest.charAt(index), 16) > 7;
  return `0x${Array.from(digits, (d, index) => (isUpper(index) ? d.toUpperCase() : d)).join('')}`;
}
