import type { Connection, ConnectorEvent } from '../../../src/core/connection.js';
import type { Connector } from '../../../src/core/connector.js';
import type { ConnectorOptions } from '../../../src/core/options.js';
import type { Core } from './core.js';

export const EVENTS = ['before-connect', 'status', 'connected', 'error', 'disconnected'] as const;
export type EventType = (typeof EVENTS)[number];

/** The page around a connector. */
export interface Surroundings {
  onEvent(view: ScriptedConnector, event: ConnectorEvent): void;
  /** Returns whether the page allows the start. */
  onBeforeConnect(view: ScriptedConnector): boolean;
}

/** A connector as a page has it, with one listener at most. */
export class ScriptedConnector {
  readonly connector: Connector;
  /** Whether it is bound to the flow that is looked at. */
  hasClient = true;
  readonly #options: ConnectorOptions;
  readonly #surroundings: Surroundings;
  #unsubscribe: (() => void) | undefined;

  constructor(core: Core, options: ConnectorOptions, surroundings: Surroundings) {
    const beforeConnect = () => surroundings.onBeforeConnect(this);
    this.#options = { ...options, beforeConnect };
    this.#surroundings = surroundings;
    this.connector = core.createConnector(this.#options);
  }

  /** Whether it shows the flow that is looked at. */
  get isShown(): boolean {
    return this.#unsubscribe !== undefined && this.hasClient;
  }

  get shown(): Connection {
    return this.connector.connection;
  }

  attach(): void {
    this.#unsubscribe ??= this.connector.subscribe((event) => {
      this.#surroundings.onEvent(this, event);
    });
    if (this.hasClient) return;
    this.hasClient = true;
    this.connector.setOptions(this.#options);
  }

  detach(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  changeClient(): void {
    this.hasClient = false;
    this.connector.setOptions({ ...this.#options, clientId: 'another' });
  }
}
