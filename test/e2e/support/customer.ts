// A customer of the model test: three tabs, popups, and two elements on every page of the shop.
import assert from 'node:assert/strict';
import { english as texts } from '../../../src/core/texts.js';
import type { Authorization, World } from '../support.js';
import { Barrier, scriptsBehindBarrier } from './barrier.js';
import type { Page, Visitor } from './driver.js';
import { eventsOf, statusOf } from './facts.js';
import { assertOneEnding, assertOneRequestEach, shopPagesOf, waitForRest } from './invariants.js';
import { beginPopup, leaveFor, waitUntilClosed } from './popup.js';
import { pageWith } from './page-template.js';
import { CANARY_EMAIL } from './secrets.js';

/** The `id` of an element, which is also its mode. */
export type Mode = 'redirect' | 'popup';

/** A flow that has opened Monerium. */
interface Flow {
  readonly authorization: Authorization;
  /** The tab or popup that shows Monerium. */
  readonly window: Page;
}

export class Customer {
  readonly tabs: Page[] = [];
  readonly flows: Flow[] = [];
  /** The state that each code was made for. */
  readonly #codes = new Map<string, string>();
  readonly #barrier = new Barrier();

  private constructor(
    readonly world: World,
    readonly visitor: Visitor,
    /** Whether the two elements share one flow. If not, the popup element has no backend. */
    readonly isShared: boolean,
  ) {}

  static async enter(world: World, isShared: boolean): Promise<Customer> {
    await world.clear();
    const customer = new Customer(world, await world.visit(), isShared);
    customer.#serveShop();
    await customer.#fillTabs();
    return customer;
  }

  #serveShop(): void {
    const { world } = this;
    const other = this.isShared ? {} : { 'backend-url': undefined };
    const elements = (email?: string) => {
      const common = { 'redirect-uri': '/back', email };
      return (
        world.element({ id: 'redirect', ...common }) +
        world.element({ id: 'popup', mode: 'popup', ...common, ...other })
      );
    };
    const body = elements(CANARY_EMAIL);
    world.servePage('/', {}, { body });
    world.servePage('/back', {}, { body });
    const page = world.site.pageAt('/back');
    // The scan allows the email address in an attribute of the page, but not in a script.
    const racing = pageWith({ script: scriptsBehindBarrier(elements()) });
    world.site.serve('/back', ({ query }) => (query.has('tab') ? racing : page));
    this.#barrier.serveOn(world.site);
  }

  /** Keeps three tabs open: replaces each tab that has been closed. */
  async #fillTabs(): Promise<void> {
    const open = await this.visitor.pages();
    for (let at = 0; at < 3; at += 1) {
      const tab = this.tabs[at];
      if (!tab || !open.includes(tab)) this.tabs[at] = await this.world.open(this.visitor, '/');
    }
  }

  async popups(): Promise<Page[]> {
    return (await this.visitor.pages()).filter((page) => !this.tabs.includes(page));
  }

  /** Clicks the button of an element and waits for Monerium. The button must always work. */
  async start(tab: Page, mode: Mode): Promise<void> {
    const { world, visitor } = this;
    // A tab that shows “You can close this window” cannot start a flow.
    const isLeft = !(await shopPagesOf(world, visitor)).includes(tab) || (await isDone(tab, mode));
    if (isLeft) await this.open(tab, '/');
    await waitForRest(world, visitor);
    // Also cancels the flow of the other element: until it ends, this button cannot be clicked.
    await tab.evaluate(() => {
      const elements = document.querySelectorAll('monerium-connect');
      for (const element of elements) if (element.status === 'waiting') element.cancel();
    });
    await tab.$eval(`#${mode}`, (found) => {
      const element = found as HTMLElementTagNameMap['monerium-connect'];
      if (element.status === 'connected') element.disconnect();
    });
    assert.match(await statusOf(tab, `#${mode}`), /^(idle|failed)$/);
    const selector = `#${mode}`;
    const begun =
      mode === 'popup'
        ? await beginPopup(world, visitor, tab, selector)
        : { popup: tab, authorization: await world.begin(tab, selector) };
    const states = this.flows.map(({ authorization }) => authorization.state);
    assert.ok(!states.includes(begun.authorization.state), 'every start has a state of its own');
    this.flows.push({ authorization: begun.authorization, window: begun.popup });
  }

  /** The callback URL after the customer has approved, with a new code each time. */
  responseTo({ authorization }: Flow): string {
    const url = this.world.callbackUrl(authorization);
    this.#codes.set(new URL(url).searchParams.get('code') ?? '', authorization.state);
    return url;
  }

  /** Opens the callback URL in the popup of the flow, or in a tab if the popup is closed. */
  async comeBack({ window: popup }: Flow, tab: Page, url: string): Promise<void> {
    if (!(await this.popups()).includes(popup)) return this.open(tab, url);
    await leaveFor(popup, url);
    const isThere = (address: string) => address.startsWith(this.world.site.origin);
    while ((await this.popups()).includes(popup)) {
      if (isThere(await popup.url().catch(() => ''))) return;
    }
  }

  /** A tab whose response another page takes closes itself, perhaps before it is loaded. */
  async open(tab: Page, path: string): Promise<void> {
    const { href } = new URL(path, this.world.site.origin);
    await tab.goto(href).catch((error: unknown) => this.#rethrowUnlessClosed(tab, error));
  }

  async reload(tab: Page): Promise<void> {
    await tab.reload().catch((error: unknown) => this.#rethrowUnlessClosed(tab, error));
  }

  /** A command may fail before the browser reports that the tab is closed. */
  #rethrowUnlessClosed(tab: Page, cause: unknown): Promise<void> {
    return waitUntilClosed(this.visitor, tab).catch(() => {
      throw cause;
    });
  }

  waitForRest(): Promise<void> {
    return waitForRest(this.world, this.visitor);
  }

  /** Opens one address in all tabs. They read it at the same moment. */
  async openEverywhere(url: string): Promise<void> {
    this.#barrier.close(this.tabs.length);
    // Chromium loads an address in one tab at a time, so each tab has a different parameter.
    await Promise.all(this.tabs.map((tab, at) => this.open(tab, `${url}&tab=${at}`)));
  }

  /** Checks what must be true after every step. */
  async check(): Promise<void> {
    const { world, visitor, isShared } = this;
    await waitForRest(world, visitor);
    await this.#fillTabs();
    await waitForRest(world, visitor);
    assertOneRequestEach(world, this.#codes);
    for (const page of await shopPagesOf(world, visitor)) {
      const events = await visitor.askUnlessGone(page, () => eventsOf(page));
      assertOneEnding(events ?? [], (id) => (isShared ? '' : id));
    }
    await world.assertNoSecrets(visitor);
    assert.deepEqual(visitor.errors, [], 'no error is left uncaught');
  }
}

/** Whether the page that opened the popup has taken the response of the tab. */
async function isDone(tab: Page, mode: Mode): Promise<boolean> {
  const shown = await tab.$eval(`#${mode} >>> [part=status]`, ({ textContent }) => textContent);
  return shown?.trim() === texts.done;
}
