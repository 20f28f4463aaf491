// A customer takes random steps: two elements, three tabs and popups. All invariants are checked
// after every step. A failure prints its seed, its path and its replay path:
//   SEED=… RUN_PATH=… REPLAY_PATH=… node --import=tsx --test test/e2e/model.test.ts
// takes the same steps again, and shrinks them to fewer.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs, seed } from '../helpers/runs.js';
import { engine, skipIn, useWorld, waitForStatus } from './support.js';
import { Customer, type Mode } from './support/customer.js';
import { toPuppeteer } from './support/puppeteer.js';

const RUNS = runs(engine === 'firefox' ? 20 : 100);
const LIMIT_MS = process.env['DEEP'] ? 2_400_000 : 300_000;
const RANDOM = 'x'.repeat(43);

/** The model decides whether a step is possible. */
class Model {
  flows = 0;
}

/** How often each step was taken in all. */
const taken = new Map<string, number>();

abstract class Step implements fc.AsyncCommand<Model, Customer> {
  constructor(
    protected readonly tab: number,
    protected readonly which: number = 0,
  ) {}

  check(_model: Readonly<Model>): boolean {
    return true;
  }

  async run(model: Model, customer: Customer): Promise<void> {
    const { name } = this.constructor;
    taken.set(name, (taken.get(name) ?? 0) + 1);
    await this.take(customer);
    model.flows = customer.flows.length;
    await customer.check();
  }

  toString(): string {
    return `${this.constructor.name}(${Object.values(this).join()})`;
  }

  protected abstract take(customer: Customer): Promise<void>;
}

class Start extends Step {
  constructor(
    tab: number,
    readonly mode: Mode,
  ) {
    super(tab);
  }

  async take(customer: Customer): Promise<void> {
    await customer.start(customer.tabs[this.tab]!, this.mode);
  }
}

/** A step with one of the flows that have opened Monerium. */
abstract class FlowStep extends Step {
  override check({ flows }: Readonly<Model>): boolean {
    return flows > 0;
  }

  /** The newest flows are used most often. */
  protected flowOf({ flows }: Customer) {
    return flows.at(-1 - (this.which % flows.length))!;
  }
}

/** Monerium sends the customer back. */
class Return extends FlowStep {
  async take(customer: Customer): Promise<void> {
    const flow = this.flowOf(customer);
    await customer.comeBack(flow, customer.tabs[this.tab]!, customer.responseTo(flow));
  }
}

class Refuse extends FlowStep {
  async take(customer: Customer): Promise<void> {
    const flow = this.flowOf(customer);
    const { redirectUri, state } = flow.authorization;
    const url = `${redirectUri}?error=access_denied&state=${state}`;
    await customer.comeBack(flow, customer.tabs[this.tab]!, url);
  }
}

/** A page that opens a response is reloaded while the backend has not responded yet. */
class ReturnAndReload extends FlowStep {
  async take(customer: Customer): Promise<void> {
    const { site } = customer.world;
    const tab = customer.tabs[this.tab]!;
    const count = site.posts().length;
    const release = site.backend.hold();
    try {
      await customer.open(tab, customer.responseTo(this.flowOf(customer)));
      // A page that has nothing to exchange sends no POST.
      await Promise.race([
        site.waitUntil(() => site.posts().length > count).catch(() => {}),
        customer.waitForRest(),
      ]);
      await customer.reload(tab);
    } finally {
      release();
    }
  }
}

/** One response is opened in all tabs at once. */
class Duplicate extends FlowStep {
  async take(customer: Customer): Promise<void> {
    await customer.openEverywhere(customer.responseTo(this.flowOf(customer)));
  }
}

class Reload extends Step {
  async take(customer: Customer): Promise<void> {
    await customer.reload(customer.tabs[this.tab]!);
  }
}

class Back extends Step {
  async take(customer: Customer): Promise<void> {
    const page = toPuppeteer(customer.tabs[this.tab]!);
    // At the start of the history nothing happens. Firefox does not report a cached page as loaded.
    await page.goBack({ timeout: 3000 }).catch((error: unknown) => {
      assert.match(String(error), /history entry|TimeoutError/i);
    });
  }
}

/** Closes a popup if there is one, and otherwise a tab. */
class Close extends Step {
  async take(customer: Customer): Promise<void> {
    const [popup = customer.tabs[this.tab]!] = await customer.popups();
    await popup.close();
  }
}

/** An attacker makes the customer open a forged response. */
class Forge extends Step {
  async take(customer: Customer): Promise<void> {
    const addresses = [
      `/back?code=code_${RANDOM}&state=mc1.${RANDOM}`,
      '/back?code=stolen&state=stranger',
      '/back?error=access_denied',
      '/back?code=stolen',
      `/back?error=access_denied&state=mc1.${RANDOM}`,
    ];
    await customer.open(customer.tabs[this.tab]!, addresses[this.which % addresses.length]!);
  }
}

const tab = fc.nat({ max: 2 });
const which = fc.nat({ max: 4 });
const of = (kind: new (tab: number, which: number) => Step) =>
  fc.tuple(tab, which).map((numbers) => new kind(...numbers));
const starts = fc
  .tuple(tab, fc.constantFrom<Mode>('redirect', 'popup'))
  .map((where) => new Start(...where));
const STEPS = { Return, Refuse, ReturnAndReload, Duplicate, Reload, Back, Close, Forge };

const steps = fc.commands(
  [starts, starts, ...Object.values(STEPS).map(of), of(Return), of(Duplicate)],
  { maxCommands: 12, size: 'max', replayPath: process.env['REPLAY_PATH'] ?? '' },
);

const options = {
  ...skipIn({ webkit: 'its WebDriver loads one tab after the other' }),
  timeout: LIMIT_MS + 60_000,
};
const world = useWorld({ backForwardCache: true });
const { test } = world;

test('#7 #17 #52 the invariants hold after every step of a random customer', options, async (t) => {
  const started = performance.now();
  let flows = 0;
  const property = fc.asyncProperty(fc.boolean(), starts, steps, async (isShared, first, more) => {
    const customer = await Customer.enter(world, isShared);
    const model = new Model();
    await first.run(model, customer);
    await fc.asyncModelRun(() => ({ model, real: customer }), more);
    // The customer can still connect afterwards.
    const [page] = customer.tabs;
    await customer.start(page!, 'redirect');
    await customer.open(page!, customer.responseTo(customer.flows.at(-1)!));
    await waitForStatus(page!, 'connected', '#redirect');
    await customer.check();
    flows += customer.flows.length;
  });
  await fc.assert(property, {
    numRuns: RUNS,
    seed: seed(),
    path: process.env['RUN_PATH'] ?? '',
    interruptAfterTimeLimit: LIMIT_MS,
    markInterruptAsFailure: true,
    // To shrink many steps takes minutes: only a replay does so.
    endOnFailure: !process.env['RUN_PATH'],
    includeErrorInReport: true,
  });
  const counts = [...taken].map(([name, count]) => `${name} ${count}`).join(', ');
  const seconds = Math.round((performance.now() - started) / 1000);
  t.diagnostic(`${RUNS} runs with seed ${seed()} in ${seconds} s: ${flows} flows; ${counts}`);
  // A short run may miss a kind of step.
  if (process.env['DEEP'])
    assert.deepEqual(
      Object.keys(STEPS).filter((name) => !taken.has(name)),
      [],
    );
});
