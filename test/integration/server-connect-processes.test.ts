// Several processes of a site whose server starts the flow, over one database.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { BASE, CLIENT_ID } from '../helpers/connect-site.js';
import { openEmulator } from '../helpers/backends.js';
import { skipPostgres, startPostgres } from '../helpers/engines.js';
import { prepareStore, runFlow, startProcesses } from '../helpers/flow-load.js';

const FLOWS = 100;
const PROCESSES = 4;

describe('a flow that begins in one process and ends in others', { skip: skipPostgres }, () => {
  const closing: (() => unknown)[] = [];
  after(() => closing.reverse().forEach((close) => close()));

  it(`#270 ${FLOWS} flows at once over ${PROCESSES} processes send each code once, and lose none`, async () => {
    const emulator = await openEmulator();
    const redirectUris = [`${BASE}/callback`];
    emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris });
    const { url, stop } = await startPostgres();
    closing.push(stop);
    await prepareStore(url);
    const processes = await startProcesses(PROCESSES, {
      kind: 'handler',
      url,
      apiUrl: emulator.url,
    });
    closing.push(processes.stop);

    // Each response comes to three processes, as by a second click and a reload.
    const endings = await Promise.all(
      Array.from({ length: FLOWS }, (_, at) => runFlow(processes, emulator, at, 3)),
    );
    const lost = endings.filter(({ results }) => !results.includes('connected'));
    assert.deepEqual(lost, []);
    const others = endings.flatMap(({ results }) => results.filter((one) => one !== 'connected'));
    assert.deepEqual([...new Set(others)], ['transaction_not_found']);
    const codes = emulator.tokenRequests().map(({ body }) => new URLSearchParams(body).get('code'));
    assert.equal(codes.length, FLOWS);
    assert.equal(new Set(codes).size, FLOWS);
  });
});
