import { Redis } from 'iovalkey';
import { RateLimiterMemory, RateLimiterValkey } from 'rate-limiter-flexible';
import { createValkeyStore, type ValkeyStoreOptions } from '../../../src/server/valkey.js';
import { endOfRow } from '../session-id.js';
import { limiterOptions, type Engine, type Limit } from './engine.js';

const PREFIX = 'monerium:';
/** How long to wait for a connection, and for the response to a command. In milliseconds. */
const TIMEOUT_MS = 5000;

/**
 * The server has to keep all writes in a crash: `appendonly yes`.
 *
 * @throws {Error} when it does not, or cannot be used
 */
export async function openValkey(
  url: string,
  sealing: ValkeyStoreOptions,
  log: (line: string) => void,
): Promise<Engine> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 3,
    // A claim that was sent twice would find the key taken, and refuse the customer.
    autoResendUnfulfilledCommands: false,
  });
  logOutages(client, log);
  const valkey = createValkeyStore(([name = '', ...args]) => client.call(name, ...args), {
    ...sealing,
    prefix: PREFIX,
  });
  try {
    await client.connect();
    await valkey.check();
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return {
    store: {
      ...valkey,
      async replace(id, version, next, signal) {
        const isDone = await valkey.replace(id, version, next, signal);
        // Each write removes the expiry of the key, so it is set again.
        if (isDone && next) await client.pexpireat(`${PREFIX}connection:${id}`, endOfRow(id));
        return isDone;
      },
    },
    createLimiter: (limit) => createLimiter(client, limit),
    // Valkey itself deletes expired keys.
    sweep: async () => undefined,
    now: async () => Number((await client.time())[0]) * 1000,
    close: async () => void (await client.quit()),
  };
}

/** Logs one line for each outage, although the client retries many times. */
function logOutages(client: Redis, log: (line: string) => void): void {
  let isAway = false;
  client.on('ready', () => (isAway = false));
  client.on('error', (error: Error) => {
    if (!isAway) log(`The connection to Valkey has failed: ${error.message}`);
    isAway = true;
  });
}

function createLimiter(storeClient: Redis, limit: Limit): RateLimiterValkey {
  const options = limiterOptions(limit);
  const keyPrefix = `${PREFIX}limit:${limit.name}`;
  // During an outage of the server, each process counts in its own memory.
  const insuranceLimiter = new RateLimiterMemory(options);
  return new RateLimiterValkey({ ...options, keyPrefix, storeClient, insuranceLimiter });
}
