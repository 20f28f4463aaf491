// `npm run bench:flows`: flows that the server starts, 100 at once over four processes and one
// PostgreSQL, beside the bare framework. `FLOWS=1000` makes a short run.
import { startPostgres } from '../helpers/engines.js';
import { BASE, CLIENT_ID } from '../helpers/connect-site.js';
import { prepareStore, runFlow, startProcesses, type Ending } from '../helpers/flow-load.js';
import { startEmulator } from '../../src/testing/emulator/emulator.js';

const FLOWS = Number(process.env.FLOWS ?? 5000);
const CONCURRENT = 100;
const PROCESSES = 4;

const redirectUris = [`${BASE}/callback`];
const emulator = await startEmulator({
  clients: [{ clientId: CLIENT_ID, name: 'Bench shop', redirectUris }],
});
const postgres = await startPostgres();
await prepareStore(postgres.url);

const percentile = (times: number[], share: number) =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN;

async function measure(kind: 'handler' | 'bare', number: number): Promise<void> {
  const own = { kind, url: postgres.url, apiUrl: emulator.url };
  const processes = await startProcesses(PROCESSES, own);
  const endings: Ending[] = [];
  let begun = 0;
  const client = async () => {
    while (begun < number) endings.push(await runFlow(processes, emulator, begun++, 1));
  };
  // Before the code is compiled, nothing is as fast as it will be.
  await Promise.all(Array.from({ length: CONCURRENT }, client));
  begun = endings.length = 0;
  emulator.reset();
  await Promise.all(Array.from({ length: CONCURRENT }, client));
  const codes = emulator.tokenRequests().map(({ body }) => new URLSearchParams(body).get('code'));
  const lost = endings.filter(({ results }) => !results.includes('connected')).length;
  const ofStart = endings.map(({ startMs }) => startMs);
  const ofCallback = endings.flatMap(({ callbackMs }) => callbackMs);
  const [start, callback] = [ofStart, ofCallback].map((times) =>
    [0.5, 0.95].map((share) => `${percentile(times, share).toFixed(1)} ms`).join(' and '),
  );
  console.log(`${kind}: start p50 and p95 ${start}, callback ${callback}`);
  if (kind === 'handler') {
    const twice = codes.length - new Set(codes).size;
    console.log(`${endings.length} flows, ${twice} codes sent twice, ${lost} lost`);
  }
  processes.stop();
}

await measure('bare', FLOWS);
await measure('handler', FLOWS);
await emulator.close();
postgres.stop();
process.exit();
