import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Tokens } from '../../../server/index.js';
import type { Emulator } from '../../emulator/emulator.js';
import { assertThat } from '../clause.js';
import {
  lastOf,
  processAt,
  run,
  waitFor,
  type StoreClause,
  type StoreSite,
} from './store-clauses.js';
import type { StoreOutcome } from './store-worker.js';

const CLIENT = {
  clientId: '00000000-0000-4000-8000-000000000001',
  redirectUri: 'https://shop.example/connect',
};
const SWAP = 'The lease of a refresh is one swap: look at what fails above first.';

/** Connects customers with tokens of the emulator. Returns the access token of each by id. */
async function connectAll(site: StoreSite, emulator: Emulator, count: number) {
  const known = new Map<string, string>();
  for (let index = 0; index < count; index++) {
    const tokens = await issueTokens(emulator);
    const id = randomUUID();
    const ids = { profile: 'p', userId: 'u', clientId: CLIENT.clientId };
    await run(processAt(site, index), { kind: 'connect', id, details: { ...ids, tokens } });
    known.set(id, tokens.accessToken);
  }
  emulator.requests.length = 0;
  return known;
}

async function issueTokens(emulator: Emulator): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const code = emulator.issueCode({ ...CLIENT, codeChallenge });
  const response = await fetch(`${emulator.url}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      client_id: CLIENT.clientId,
      redirect_uri: CLIENT.redirectUri,
    }),
  });
  const { access_token, refresh_token } = (await response.json()) as Record<string, string>;
  const [accessToken = '', refreshToken] = [access_token, refresh_token];
  return { accessToken, refreshToken, expiresAt: Date.now() + 3_600_000 };
}

/** How many refresh tokens were sent more than once. */
function countRepeats(emulator: Emulator): number {
  const sent = emulator.refreshRequests().map(({ body }) => body);
  return sent.length - new Set(sent).size;
}

/** Why refreshes have failed so far: a busy machine is not the fault of a store. */
async function listFailures({ processes }: StoreSite): Promise<string> {
  const outcomes = await Promise.all(processes.map((one) => one.run({ kind: 'failures' })));
  return outcomes.flatMap(({ value }) => value as string[]).join(', ') || 'none';
}

async function isAlive(emulator: Emulator, token: unknown): Promise<boolean> {
  const headers = {
    authorization: `Bearer ${String(token)}`,
    accept: 'application/vnd.monerium.api-v2+json',
  };
  return (await fetch(`${emulator.url}/auth/context`, { headers })).status === 200;
}

async function countLost(emulator: Emulator, outcomes: readonly StoreOutcome[]): Promise<number> {
  let lost = 0;
  for (const { value } of outcomes) if (!(await isAlive(emulator, value))) lost++;
  return lost;
}

/** What connections do with the store, against an emulator that takes each refresh token once. */
export function refreshClauses(emulator: Emulator): StoreClause[] {
  emulator.registerClient({
    clientId: CLIENT.clientId,
    name: 'check-store',
    redirectUris: [CLIENT.redirectUri],
  });
  const prepare = async (site: StoreSite, count: number, delayMs: number) => {
    emulator.reset();
    const known = await connectAll(site, emulator, count);
    emulator.configure({ delayMs });
    return [...known].map(([id, refused]) => ({ kind: 'token', id, refused }) as const);
  };
  return [
    {
      name: 'refreshes 100 connections once each when all processes ask for all',
      hint: SWAP,
      async check(site) {
        const tasks = await prepare(site, 100, 20);
        const asked = tasks.flatMap((task) => site.processes.map((process) => process.run(task)));
        const outcomes = await Promise.all(asked);
        const repeats = countRepeats(emulator);
        const failures = await listFailures(site);
        assertThat(
          repeats === 0,
          `sent ${repeats} refresh tokens again; refreshes failed: ${failures}`,
        );
        const lost = await countLost(emulator, outcomes);
        const error = outcomes.find(({ value }) => value === undefined)?.error ?? 'a dead token';
        const count = `${lost} of ${outcomes.length} answers`;
        assertThat(lost === 0, `${count} are no token that works, such as: ${error}`);
      },
    },
    {
      name: 'loses nothing on SIGTERM',
      hint: 'Finish what is under way before you close the client of the database.',
      async check(site) {
        const tasks = await prepare(site, 20, 100);
        const [one, other] = [processAt(site, 0), lastOf(site)];
        const asked = tasks.map((task) => other.run(task));
        await waitFor(() => emulator.refreshRequests().length > 0, asked);
        await other.end('SIGTERM');
        await Promise.all(asked);
        const now = tasks.map(({ id }) => one.run({ kind: 'token', id }));
        const lost = await countLost(emulator, await Promise.all(now));
        assertThat(lost === 0, `lost ${lost} of ${tasks.length} connections`);
      },
    },
    {
      name: 'reports each connection that kill -9 has lost',
      hint: SWAP,
      async check(site) {
        const tasks = await prepare(site, 20, 200);
        const [one, other] = [processAt(site, 0), lastOf(site)];
        const asked = tasks.map((task) => other.run(task));
        await waitFor(() => emulator.refreshRequests().length >= 5, asked);
        await other.end('SIGKILL');
        await Promise.all(asked);
        const underWay = emulator.refreshRequests().length;
        emulator.configure({ delayMs: 0 });
        const outcomes = await Promise.all(tasks.map((task) => one.run(task)));
        const repeats = countRepeats(emulator);
        assertThat(repeats <= underWay, `sent ${repeats} again, but ${underWay} were under way`);
        const ended = outcomes.filter(({ error }) => error === 'ended');
        const unknown = ended.filter(({ inDoubt }) => !inDoubt).length;
        assertThat(unknown === 0, `ended ${unknown} without saying that it is in doubt`);
        const others = outcomes.filter(({ error }) => error !== 'ended');
        const lost = await countLost(emulator, others);
        assertThat(lost === 0, `lost ${lost} without a ConnectionEndedError`);
      },
    },
  ];
}
