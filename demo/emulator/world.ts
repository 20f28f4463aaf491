import { Customers } from './customers.js';
import { Grants } from './grants.js';
import type { PortalSession } from './session.js';
import type { RecordedRequest } from './recorder.js';
import { assertSwitches, DEFAULT_SWITCHES, type Switches } from './switches.js';

/** An application that may send customers here. */
export interface Client {
  clientId: string;
  name: string;
  redirectUris: string[];
}

/** Everything the emulator knows. It lives in memory and ends with the process. */
export class World {
  readonly clients = new Map<string, Client>();
  readonly customers = new Customers();
  readonly grants = new Grants();
  readonly sessions = new Map<string, PortalSession>();
  readonly requests: RecordedRequest[] = [];
  #switches: Switches = { ...DEFAULT_SWITCHES };

  get switches(): Readonly<Switches> {
    return this.#switches;
  }

  configure(switches: unknown): void {
    assertSwitches(switches);
    this.#switches = { ...this.#switches, ...switches };
  }

  registerClient(client: Client): void {
    this.clients.set(client.clientId, client);
  }

  /** The clients stay: they belong to the set-up, the rest to one run. */
  reset(): void {
    this.#switches = { ...DEFAULT_SWITCHES };
    this.requests.length = 0;
    this.customers.clear();
    this.grants.clear();
    this.sessions.clear();
  }
}
