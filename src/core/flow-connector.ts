import type { Mode, ParsedOptions } from './options.js';
import { hasComeBack, isRunning, isSameConnection, type Connection } from './connection.js';
import { createError, tryTo } from './errors.js';
import { IDLE, clear, forget, known, overlay } from './identity.js';
import { logNotes } from './developer-notes.js';
import { chooseFlow, readOptions } from './parsed-options.js';
import { IdentityOfSite, type SiteOptions } from './site-identity.js';
import { warnUnclaimed } from './unclaimed.js';
import { receiveResponse, type ReceivedResponse } from './browser/received-response.js';
import { queueResponse, page, prepareSecrets } from './browser/page.js';
import { after, isOnOrigin, isSecure, markTime, whenIdle } from './browser/window.js';
import { deliverAnnouncements, queueAnnouncement } from './flow/announcements.js';
import type { Identity } from './oauth/identity.js';
import type { Flow } from './flow/flow.js';
import { findFlowOf, hasFlows } from './flow/flows.js';
import { endSession } from './flow/kept-session.js';
import type { Announcement, Ending, FlowView, ViewHost } from './flow/view.js';

/** The host of a connector: an element, or the listeners of a site. */
export interface ConnectorHost extends ViewHost {
  /** What the site has set. */
  readonly options: SiteOptions;
  /** What is shown may have changed. */
  onChange(): void;
  /** The page is ready, and the options were read. Called again when they may have changed. */
  onStart(): void;
  /** The texts of an element in English. */
  readonly texts: object;
  announce(announcement: Announcement): void;
}

/**
 * Joins the options of a site to the flow that they are bound to, and to what the site says of who
 * is connected. It does not own the flow, which other connectors share.
 */
export class FlowConnector implements FlowView {
  readonly host: ConnectorHost;
  parsed: ParsedOptions = {};
  /** Another connector has begun what is running: this one stays idle, and cannot be clicked. */
  isHeld = false;

  #flow: Flow | undefined;
  #shown: Connection = IDLE;
  readonly #identity: IdentityOfSite;
  #isAttached = false;
  #isReady = false;
  #hasStarted = false;
  #hasNotes = false;

  constructor(host: ConnectorHost) {
    this.host = host;
    this.#identity = new IdentityOfSite(host);
  }

  get connection(): Connection {
    return this.#shown;
  }

  /** Absent until it is needed. */
  get flow(): Flow | undefined {
    return this.#flow;
  }

  /** This window was a popup, and its opener goes on: it may be closed. */
  get isDone(): boolean {
    return page.handedToOpener === true;
  }

  // What can be asked of it

  /** @param mode instead of the one that is set: in this window, where a popup was blocked */
  connect(mode?: Mode): Promise<void> {
    if (this.isChecking) this.#clearIdentity();
    const flow = this.#updateFlow();
    if (this.#shown.status === 'connected') return Promise.resolve();
    const { configuration } = this.parsed;
    if (mode && configuration) {
      this.parsed = { ...this.parsed, configuration: { ...configuration, mode } };
    }
    return flow.connect(this);
  }

  cancel(): void {
    this.#flow?.cancel();
  }

  /** Returns whether the address has a response of ours, also one that is used. */
  resume(url: string): boolean {
    const href = tryTo(() => new URL(url).href) ?? '';
    let isOurs = false;
    // Without `state` it may come from anybody: apps and sites can open an address of an app.
    const guess = () => undefined;
    const received = isOnOrigin(href) && receiveResponse(href, () => (isOurs = true), guess);
    if (received) void page.ready.then(() => this.#resumeWith(received));
    return isOurs;
  }

  #resumeWith(received: ReceivedResponse): void {
    queueResponse(received);
    void warnUnclaimed(received);
    const flow = findFlowOf(received) ?? this.#flow;
    // Without a view, the response waits for one.
    if (flow?.hasViews) flow.resume();
  }

  /** Call it when the options change or the element leaves: a signature could not be used then. */
  cancelSigning(): void {
    this.#flow?.cancelSigning(this);
  }

  async disconnect(): Promise<void> {
    const flow = this.#updateFlow();
    this.#identity.requireReadable(this.parsed);
    const session = this.#identity.findSession(this.parsed);
    if (session) await endSession(session);
    const isOnlySites = this.siteIdentity !== undefined && flow.connection.status !== 'connected';
    this.#clearIdentity();
    flow.disconnect(this, session !== undefined);
    if (!isOnlySites) return;
    this.update({ type: 'disconnected' });
    deliverAnnouncements();
  }

  async getAccessToken(): Promise<string> {
    // The tokens are those of the flow's customer, whom the site may have overruled.
    const isOfFlow = this.#shown.status === 'connected' && !this.siteIdentity;
    const session = isOfFlow ? this.#flow?.session : undefined;
    if (session) return session.getAccessToken();
    throw createError('token_unavailable');
  }

  // What the flow sees of it

  get siteIdentity(): Identity | undefined {
    return known(this.#identity.state);
  }

  get isChecking(): boolean {
    return this.#identity.state.who === 'checking';
  }

  #clearIdentity(): void {
    this.#identity.state = clear(this.#identity.state);
  }

  forgetSession(): void {
    this.#identity.state = forget(this.#identity.state);
  }

  update(ending?: Ending): void {
    if (hasComeBack(this.#flowConnection)) this.#clearIdentity();
    this.#show();
    if (ending) this.#tell(ending);
  }

  #tell(announcement: Announcement): void {
    queueAnnouncement(() => this.host.announce(announcement));
  }

  // What is shown

  get #flowConnection(): Connection {
    return this.#flow?.connection ?? IDLE;
  }

  #show(): void {
    const ofFlow = this.#flowConnection;
    const previous = this.#shown;
    const wasHeld = this.isHeld;
    this.isHeld = isRunning(ofFlow) && this.#flow?.isOfAnother(this) === true;
    const next = overlay(this.isHeld ? IDLE : ofFlow, this.#identity.state);
    if (next.status === 'connected' || previous.status === 'connected') this.#identity.write(next);
    if (next === previous && this.isHeld === wasHeld) return;
    const isSame = isSameConnection(next, previous);
    // The same object until it changes; the two of a wallet differ by their texts alone.
    if (!isSame || next.status === 'signing') this.#shown = next;
    this.host.onChange();
    // What is shown first is no change.
    if (isSame || !this.#isReady) return;
    markTime(next.status);
    this.#tell({ type: 'status', connection: next, previous });
  }

  /** To be called when the options may have changed, before they are shown. On a server too. */
  readIdentity(): void {
    if (!this.#isReady) {
      this.#identity.beginCheck();
      this.#show();
    }
    // Ids that were set during a flow are read when it has failed.
    if (isRunning(this.#flowConnection) || !this.#identity.read(this.#shown)) return;
    this.#show();
    // A server that renders the page without the customer may have ended the session.
    if (this.#hasStarted) void this.#askSession();
  }

  async #askSession(): Promise<void> {
    const counts = await this.#identity.ask(this.parsed, () => this.#flowConnection);
    if (!counts) return;
    this.#show();
    deliverAnnouncements();
    // A response of an unknown flow has waited for the backend's response.
    if (page.received) this.#flow?.resume(this);
    this.#flow?.takeResult(this);
  }

  // The flow

  /** Reads the options and follows the flow that they are bound to. */
  #updateFlow(): Flow {
    const before = this.parsed;
    // Where the site says that nobody is connected, the next click begins another flow.
    const isNobody = this.#identity.state.who === 'nobody';
    const connection = isNobody ? this.#shown : this.#flowConnection;
    const hasAttempt = this.#flow?.hasAttempt ?? false;
    this.parsed = readOptions(this.host.options, before, connection, hasAttempt);
    const flow = chooseFlow(this.parsed, before, this.#flow);
    this.#follow(flow);
    return flow;
  }

  #follow(next: Flow): void {
    const previous = this.#flow;
    if (next === previous) return;
    previous?.detachAndCancel(this);
    this.#flow = next;
    if (!this.#isAttached) return;
    next.attach(this);
    this.#show();
    deliverAnnouncements();
    if (this.#hasStarted) next.resume(this);
  }

  // When it happens

  attach(): void {
    this.#isAttached = true;
    this.#flow?.attach(this);
    // The flow may have gone on while nobody listened, and the site may have set an identity.
    if (this.#isReady) {
      this.readIdentity();
      if (hasFlows()) this.#updateFlow();
    }
    this.#show();
    void page.ready.then(() => this.#scheduleStart());
  }

  detach(): void {
    this.#isAttached = false;
    this.#identity.end();
    // A single-page app may go on in a window that was a popup: it needs its button.
    page.handedToOpener = false;
    this.#flow?.detach(this);
  }

  /** To be called when the options may have changed, after what they change was shown. */
  readOptions(): void {
    // The first frame does not need a flow, unless this page has one already.
    if (this.#flow || hasFlows() || !isSecure()) this.#updateFlow();
    this.#isReady = true;
    deliverAnnouncements();
    if (!this.#hasStarted || !this.#isAttached) return;
    this.#startHost();
    // At the start an option was missing or wrong.
    const isUnasked = this.#identity.state.who === 'unasked';
    if (isUnasked && this.#identity.findSession(this.parsed)) void this.#askSession();
  }

  /** After the page's own scripts: at once for a response, otherwise when the browser is idle. */
  #scheduleStart(): void {
    const start = () => this.#start();
    if (page.received) start();
    else if (hasFlows() || this.isChecking) after(0, start);
    else void whenIdle().then(start);
  }

  #start(): void {
    if (!this.#isAttached) return;
    const flow = this.#updateFlow();
    this.#hasStarted = true;
    this.#startHost();
    // Before a listener can end it.
    this.#identity.repeat(() => void this.#askSession());
    // A response goes before the secrets of the next start.
    flow.resume(this);
    if (isSecure()) void prepareSecrets();
    if (this.isDone) this.host.onChange();
    if (this.isChecking) void this.#askSession();
    else flow.takeResult(this);
  }

  #startHost(): void {
    this.host.onStart();
    // Until the options are right for the first time.
    if (this.#hasNotes) return;
    this.#hasNotes = this.parsed.configuration !== undefined;
    void logNotes(this.host.options, this.parsed, this.host.texts);
  }
}
