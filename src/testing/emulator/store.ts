import { assertRedirectUri, type Client } from './client.js';
import { Customers, DEFAULT_EMAIL } from './customers.js';
import { Grants } from './grants.js';
import type { PortalSession } from './portal-session.js';
import type { RecordedRequest } from './request-record.js';
import { assertSwitches, DEFAULT_SWITCHES, type Switches } from './switches.js';

/** What an emulator begins with, and begins with again after a reset. */
export interface Beginning {
  /** Default: the switches of a faultless Monerium. */
  switches?: Partial<Switches>;
  /** With one customer, `customer@example.com`, who has a wallet and an IBAN. */
  isSeeded?: boolean;
}

/** All data of one emulator, in memory. */
export class Store {
  readonly clients = new Map<string, Client>();
  readonly customers = new Customers();
  readonly grants = new Grants();
  readonly sessions = new Map<string, PortalSession>();
  readonly requests: RecordedRequest[] = [];
  /** Of wallets that have signed in. They are kept as long as this process runs. */
  readonly nonces = new Set<string>();
  readonly #beginning: Beginning;
  #switches: Switches = { ...DEFAULT_SWITCHES };

  /** @throws TypeError for a switch that is not valid */
  constructor(beginning: Beginning = {}) {
    this.#beginning = beginning;
    this.#begin();
  }

  get switches(): Readonly<Switches> {
    return this.#switches;
  }

  configure(switches: unknown): void {
    assertSwitches(switches);
    this.#switches = { ...this.#switches, ...switches };
  }

  /** @throws TypeError for a redirect URI that must not be registered */
  registerClient(client: Client): void {
    client.redirectUris.forEach(assertRedirectUri);
    this.clients.set(client.clientId, client);
  }

  /** Keeps the clients: they belong to the set-up, and the rest to one test. */
  reset(): void {
    this.requests.length = 0;
    this.customers.clear();
    this.grants.clear();
    this.sessions.clear();
    this.#begin();
  }

  #begin(): void {
    const { switches = {}, isSeeded = false } = this.#beginning;
    this.#switches = { ...DEFAULT_SWITCHES };
    this.configure(switches);
    if (isSeeded) this.customers.addComplete(DEFAULT_EMAIL);
  }
}
