// The plugin in a real WordPress, whose user is signed in. test/e2e has it in a browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { Harness } from '../../src/testing/contract-kit/harness.js';
import { sessions } from '../../src/testing/contract-kit/sessions.js';
import { assertResult, StartVisitor } from '../../src/testing/contract-kit/start-visitor.js';
import { starts } from '../../src/testing/contract-kit/starts.js';
import type { Emulator } from '../../src/testing/emulator/emulator.js';
import { check, faultsOf, openEmulator } from '../helpers/backends.js';
import { CLIENT_ID } from '../helpers/site.js';
import { skipWordPress, startWordPress, type WordPress } from '../helpers/wordpress.js';

describe('the plugin for WordPress', { skip: skipWordPress }, () => {
  let emulator: Emulator;
  let site: WordPress;
  let cookie: string;
  let visitor: StartVisitor;

  before(async () => {
    emulator = await openEmulator();
    site = await startWordPress(emulator.url);
    cookie = await site.signIn('customer');
    const redirectUri = `${site.url}/monerium/callback`;
    emulator.registerClient({ clientId: CLIENT_ID, name: 'Shop', redirectUris: [redirectUri] });
    const harness = new Harness(
      {
        url: `${site.url}/monerium`,
        origin: site.url,
        redirectUri,
        clientId: CLIENT_ID,
        timeoutMs: 20_000,
        headers: { cookie },
        cors: false,
      },
      emulator,
    );
    visitor = new StartVisitor(harness);
  });
  after(() => site.stop());

  const checkSite = (path: string, clauses: typeof contract, start: boolean) => {
    const redirectUri = `${site.url}/monerium/callback`;
    const options = { origin: site.url, redirectUri, headers: { cookie }, cors: false, start };
    return check(emulator, `${site.url}/monerium${path}`, 20_000, clauses, options);
  };
  /** In as many processes. */
  const tokens = (number: number) =>
    Promise.all(
      Array.from({ length: number }, () =>
        site.runAside(`try { echo Monerium\\access_token(2) ?? 'nobody'; }
          catch (Monerium\\Failure $failure) { echo $failure->name; }`),
      ),
    );
  const connect = async (expiresIn: number) => {
    emulator.reset();
    emulator.configure({ decision: 'approve', expiresIn });
    await visitor.endSession();
    await visitor.connect();
  };

  it('#267 passes every clause of the flow that the server starts', async () => {
    const findings = await checkSite('', starts, true);
    assert.deepEqual(faultsOf(findings), []);
    assert.equal(findings.length, starts.length);
  });

  it('#267 passes every clause of the flow that the page starts', async () => {
    const findings = await checkSite('/session', [...contract, ...sessions], false);
    assert.deepEqual(faultsOf(findings), []);
    const atHome = [...contract, ...sessions].filter(({ isCors }) => !isCors);
    assert.equal(findings.length, atHome.length);
  });

  it('#267 takes no flow of another user in the same browser', async () => {
    emulator.reset();
    emulator.configure({ decision: 'approve' });
    await visitor.endSession();
    const { given, response } = await visitor.approach();
    const flow = given.map(({ name, value }) => `${name}=${value}`).join('; ');
    const admin = await site.signIn('admin');
    const url = `${site.url}/monerium/callback?${new URLSearchParams(response).toString()}`;
    const init = { redirect: 'manual', headers: { cookie: `${flow}; ${admin}` } } as const;
    const { headers } = await fetch(url, init);
    assert.match(headers.get('location') ?? '', /monerium_result=transaction_not_found$/);
    assert.equal(emulator.tokenRequests().length, 0);
  });

  it('#267 refreshes once for processes at once, and replaces both tokens', async () => {
    await connect(0);
    emulator.configure({ expiresIn: 3600, delayMs: 100 });
    const [first = '', ...others] = await tokens(4);
    assert.match(first, /^access_/);
    assert.deepEqual(others, [first, first, first]);
    assert.equal(emulator.refreshRequests().length, 1);
    emulator.configure({ expiresIn: 0, delayMs: 0 });
    await connect(0);
    const renewed = [...(await tokens(1)), ...(await tokens(1))];
    assert.equal(new Set([first, ...renewed]).size, 3);
  });

  it('#267 keeps the connection when Monerium is down, and ends it when it is refused', async () => {
    await connect(0);
    emulator.configure({ token: 'unavailable' });
    assert.deepEqual(await tokens(1), ['server_unavailable']);
    assert.equal((await visitor.session()).status, 200);
    emulator.reset();
    assert.deepEqual(await tokens(1), ['nobody']);
    assert.equal((await visitor.session()).status, 204);
  });

  it('#267 keeps no token in the clear', async () => {
    await connect(3600);
    const [token = ''] = await tokens(1);
    const rows = site.run(`echo json_encode($GLOBALS['wpdb']->get_results(
      'SELECT meta_value AS text FROM wp_usermeta UNION SELECT option_value FROM wp_options'));`);
    assert.match(token, /^access_/);
    assert.match(rows, /userId/);
    const forms = [token, Buffer.from(token).toString('base64').slice(0, 32), 'refresh_'];
    assert.deepEqual(
      forms.filter((form) => rows.includes(form)),
      [],
    );
  });

  it('#267 says nothing of a fault of its own to the customer', async () => {
    const { response } = await visitor.approach();
    const sql = (text: string) => site.run(`$GLOBALS['wpdb']->query("${text}");`);
    sql(`CREATE TRIGGER fault BEFORE INSERT ON wp_options FOR EACH ROW
      IF NEW.option_name LIKE 'monerium_claim%' THEN SIGNAL SQLSTATE '45000'; END IF`);
    try {
      const answer = await visitor.callback(response);
      assertResult(visitor.harness, answer, 'server_unavailable');
      assert.equal(answer.text, '');
    } finally {
      sql('DROP TRIGGER fault');
    }
  });
});
