import type { ReactiveControllerHost } from 'lit';
import { assertSecure, readAddress, returnTo } from './browser.js';
import {
  fits,
  readConfiguration,
  readCourse,
  type Configuration,
  type ConnectAttributes,
} from './configuration.js';
import {
  IDLE,
  MoneriumBeforeConnectEvent,
  MoneriumDisconnectedEvent,
  MoneriumStatusEvent,
  type Connection,
} from './connection.js';
import { ConnectError } from './errors.js';
import type { Identity } from './exchange.js';
import { createFlow } from './flow.js';
import { page, prepareSecrets, say, type SharedFlow, type View } from './page.js';

/** What the controller reads from its element, and the identity that it reflects there. */
export interface ConnectHost extends ReactiveControllerHost, HTMLElement, ConnectAttributes {
  readonly hasUpdated: boolean;
  disabled: boolean;
  returnToStart: boolean;
  profile: string | null | undefined;
  userId: string | null | undefined;
}

/** What the element asks of its connection, and what it renders. */
export interface ConnectController {
  readonly connection: Connection;
  /** This window was a popup, and its opener goes on: it may be closed. */
  readonly isDone: boolean | undefined;
  /** To be called before every update, on a server too. */
  updateIdentity(): void;
  connect(): Promise<void>;
  cancel(): void;
  disconnect(): void;
  getAccessToken(): Promise<string>;
}

/**
 * Joins one element to the flow of its configuration: reads the attributes, shows the flow's state
 * and fires its events. A closure and not a class: what is private costs fewer bytes.
 */
// eslint-disable-next-line max-lines-per-function -- it stands for a class
export function createConnectController(
  host: ConnectHost,
  { states }: ElementInternals,
): ConnectController {
  /** What the element shows. */
  let connection = IDLE;
  let configuration: Configuration | undefined;
  /** Events that wait for `tell()`: a listener may change the state again. */
  const events: Event[] = [];
  let telling: Event | undefined;
  let flow = createFlow();
  /** What the page itself knows: it stands until a response comes back. */
  let known: Connection | undefined;
  /** The identity in the attributes, as of the last update. */
  let identity = '';
  let address = { href: '', base: '' };
  let joining: ReturnType<typeof setTimeout> | undefined;

  // What the flow sees of the element

  const view: View = {
    get id() {
      return host.id;
    },
    get configuration() {
      return configuration;
    },
    ask: (mode) => host.dispatchEvent(new MoneriumBeforeConnectEvent(mode)),
    show,
    tell,
  };

  function show(ending?: Event, startUrl?: string): void {
    if (hasComeBack(flow.connection)) known = undefined;
    const next = known ?? flow.connection;
    const previous = connection.status;
    const isConnected = next.status === 'connected';
    if (isConnected || previous === 'connected') {
      const { profile, userId } = isConnected ? next : {};
      host.profile = profile;
      host.userId = userId;
      identity = isConnected ? toText(next) : '';
    }
    become(next);
    if (next.status !== previous) events.push(new MoneriumStatusEvent(next.status, previous));
    if (ending) events.push(ending);
    // In a task of its own, so that the page's listeners are done.
    if (startUrl && host.returnToStart) setTimeout(() => returnTo(startUrl));
  }

  /** In order, also what a listener adds: it is queued behind the rest. */
  function tell(): void {
    if (telling) return;
    while ((telling = events.shift())) host.dispatchEvent(telling);
  }

  /** The one place that changes what is shown. */
  function become(next: Connection): void {
    try {
      states.delete(connection.status);
      states.add(next.status);
    } catch {
      // Engines of before 2024 have no custom states, or another syntax for them.
    }
    if (next !== connection) host.requestUpdate();
    connection = next;
  }

  // What the page has set

  function updateConfiguration(): void {
    // Under way or connected, only the course of the flow matters: else it is idle or failed.
    const isFree = /^[if]/.test(flow.connection.status);
    // A router may move the page during a flow: that is no change of the redirect URI.
    // Of the element: an `<img name="baseURI">` takes the place of the document's.
    if (isFree) address = { href: readAddress(), base: host.baseURI };
    try {
      assertSecure();
      configuration =
        isFree || !configuration
          ? readConfiguration(host, address)
          : { ...configuration, ...readCourse(host, address) };
      follow(findFlow(configuration));
    } catch (reason) {
      const fault = reason as ConnectError;
      configuration = undefined;
      if (fault.message !== flow.fault?.message) follow(createFlow(undefined, fault));
    }
  }

  /** A page that knows the customer sets both attributes. A flow under way has the last word. */
  function updateIdentity(): void {
    const { profile, userId } = host;
    const isKnown = profile && userId;
    const news = isKnown ? toText({ profile, userId }) : '';
    const { status } = flow.connection;
    // When it has failed, what was set meanwhile counts.
    if (news === identity || /ing$/.test(status)) return;
    identity = news;
    if (status === 'connected' && news === toText(flow.connection)) return;
    known = isKnown ? { status: 'connected', profile, userId } : undefined;
    become(known ?? IDLE);
    flow.forget();
  }

  function follow(next: SharedFlow): void {
    if (next === flow) return;
    flow.abandon(view);
    flow = next;
    if (!host.isConnected) return;
    flow.enter(view);
    // What the page has said comes after the last news of a flow that is over.
    if (known) {
      identity = '';
      updateIdentity();
    }
    show();
    // What an element shows first is no change.
    if (!host.hasUpdated) events.length = 0;
    tell();
    join();
  }

  /** One task after the update, when the page's own scripts have had their turn. */
  function join(): void {
    void page.parsed.then(() => {
      clearTimeout(joining);
      if (host.isConnected) joining = setTimeout(meet);
    });
  }

  /** Tells the developer what is to be told, and asks for what has come back to the page. */
  function meet(): void {
    if (!configuration) {
      say('error', flow.fault?.message ?? '');
    } else if (host.environment !== 'production') {
      say('info', `redirect_uri to register: ${configuration.redirectUri}`);
    } else {
      if (configuration.exchange === 'direct') {
        say('warn', 'tokens are safer on a server: set backend-url');
      }
      if (host.skipKyc) say('warn', 'skip-kyc: sandbox only');
    }
    if (configuration) void prepareSecrets();
    show();
    tell();
    host.requestUpdate();
    flow.offer(view);
  }

  host.addController({
    hostConnected() {
      flow.enter(view);
      join();
    },
    hostDisconnected() {
      clearTimeout(joining);
      // Whoever goes on in this window, as an app does, is to find the button there.
      page.isDone = false;
      flow.leave(view);
    },
    // Not before: the markup of a server, which knows the attributes only, is taken over as it is.
    hostUpdated: updateConfiguration,
  });

  return {
    get connection() {
      return connection;
    },
    get isDone() {
      return page.isDone;
    },
    updateIdentity,
    connect() {
      if (connection.status === 'connected') return Promise.resolve();
      if (host.disabled) return Promise.reject(new ConnectError('aborted', { phase: 'start' }));
      updateConfiguration();
      return flow.connect(view);
    },
    cancel: () => flow.cancel(),
    disconnect() {
      if (connection.status !== 'connected') return;
      if (known) {
        known = undefined;
        show(new MoneriumDisconnectedEvent());
        tell();
      } else {
        flow.disconnect(view);
      }
    },
    getAccessToken: () => flow.getAccessToken(),
  };
}

/** The flow of a binding: one on a page. */
function findFlow(configuration: Configuration): SharedFlow {
  const flow =
    [...page.flows].find(({ binding }) => fits(configuration, binding)) ??
    createFlow(configuration);
  page.flows.add(flow);
  return flow;
}

function toText({ profile, userId }: Identity): string {
  return `${profile} ${userId}`;
}

/** Whether a response has brought this: only that overrules what the page itself knows. */
function hasComeBack(connection: Connection): boolean {
  if (connection.status === 'failed') return connection.error.phase === 'authorize';
  return /^[ec]/.test(connection.status);
}
