import { ownFields } from '../core/oauth/identity.js';
import type { Connection, Store } from './store.js';
import { firstVersion, requireId } from './stored-row.js';

/** Sends one command, such as `['GET', 'key']`, and resolves with its reply. */
export type SendCommand = (args: string[], signal: AbortSignal) => Promise<unknown>;

export interface ValkeyStoreOptions {
  /** Every key begins with it. Default: `monerium:`. */
  readonly prefix?: string | undefined;
  /**
   * Waits after each write until it is on the disk, by `WAITAOF`. `false` loses tokens when the
   * server crashes. Default: `true`.
   */
  readonly durable?: boolean | undefined;
  /** Encrypts a connection before it is written: that of `createSeal()`. Default: plain JSON. */
  readonly seal?: ((json: string, id: string) => string | Promise<string>) | undefined;
  /** The opposite of `seal`. What it throws reaches the caller. */
  readonly open?: ((sealed: string, id: string) => string | Promise<string>) | undefined;
}

/** A store that can say at the start whether its server is fit for tokens. */
export interface ValkeyStore extends Store {
  /**
   * Asks the server for `INFO memory`.
   * @throws Error when it would lose writes in a crash, throws rows away when its memory is full,
   * or is not there
   */
  check(signal?: AbortSignal): Promise<void>;
}

/** How long the disk may take, in milliseconds. */
const DISK_MS = 5000;

const INFO = ['INFO', 'memory'];

/** A value is `<version> <text>`. The first argument is the version that it needs to have. */
const SWAP = `local old = redis.call('GET', KEYS[1])
local version = old and string.match(old, '^%d+') or '0'
if version ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[3]) end
return 1`;

/** One script, so that a cluster asks the clock of the server that has the key. */
const READ = `local now = redis.call('TIME')
return {redis.call('GET', KEYS[1]), now[1], now[2]}`;

/**
 * Writes, and waits until it is on the disk. Both commands have to go out on one connection, one
 * after the other: the server waits for the writes of that connection.
 */
async function writeToDisk(
  send: SendCommand,
  write: string[],
  signal: AbortSignal,
): Promise<unknown> {
  const wait = ['WAITAOF', '1', '0', String(DISK_MS)];
  const [reply, onDisk] = await Promise.all([send(write, signal), send(wait, signal)]);
  const [local] = Array.isArray(onDisk) ? (onDisk as unknown[]) : [];
  if (Number(local) === 1) return reply;
  throw new Error('the write is not on the disk: the server needs `appendonly yes`');
}

/**
 * A store in Valkey 7.2, Redis 7.2 or newer. The server needs `appendonly yes`; without it every
 * write fails, since a crash would lose tokens that exist nowhere else. It also needs
 * `maxmemory-policy noeviction`: the customer of an evicted row has to connect again, and after an
 * evicted claim a code can be sent twice. {@link ValkeyStore.check} looks.
 * @param send the site's own client: `call` of ioredis and iovalkey, `sendCommand` of redis
 */
export function createValkeyStore(
  send: SendCommand,
  options: ValkeyStoreOptions = {},
): ValkeyStore {
  const {
    prefix = 'monerium:',
    durable = true,
    seal = (json) => json,
    open = (sealed) => sealed,
  }: ValkeyStoreOptions = ownFields(options);
  const keep = (signal: AbortSignal, write: string[]) =>
    durable ? writeToDisk(send, write, signal) : send(write, signal);
  return {
    async read(id, signal) {
      requireId(id);
      const reply = await send(['EVAL', READ, '1', `${prefix}connection:${id}`], signal);
      const [value, seconds, micros] = Array.isArray(reply) ? (reply as unknown[]) : [];
      if (value === null) return undefined;
      if (typeof value !== 'string') throw new TypeError('EVAL has to resolve with strings');
      const [, version, text = ''] = /^(\d+) ([^]*)$/.exec(value) ?? [];
      const connection = JSON.parse(await open(text, id)) as Connection;
      const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
      return { connection, version: Number(version), now };
    },
    async replace(id, version, next, signal) {
      requireId(id);
      const text = next ? await seal(JSON.stringify(next), id) : '';
      const newVersion = version === 0 ? firstVersion() : version + 1;
      const key = `${prefix}connection:${id}`;
      const swap = ['EVAL', SWAP, '1', key, String(version), String(newVersion), text];
      return (await keep(signal, swap)) === 1;
    },
    async check(signal = AbortSignal.timeout(DISK_MS)) {
      const [, policy] = /^maxmemory_policy:(.*)$/m.exec(String(await keep(signal, INFO))) ?? [];
      if (policy?.trim() === 'noeviction') return;
      throw new Error(
        `the server needs \`maxmemory-policy noeviction\`, and has ${policy?.trim()}`,
      );
    },
    async claim(key, ttlMs, signal) {
      requireId(key);
      const set = ['SET', `${prefix}claim:${key}`, '1', 'NX', 'PX', String(ttlMs)];
      return (await keep(signal, set)) !== null;
    },
    async release(key, signal) {
      requireId(key);
      await send(['DEL', `${prefix}claim:${key}`], signal);
    },
  };
}
