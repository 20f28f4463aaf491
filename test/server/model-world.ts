// A store, a Monerium and three processes in which every step is released one by one, and which
// note each broken rule. A process that has crashed sends and receives nothing.
import type { Connection, StoredConnection } from '../../src/server/store.js';
import type { CodeStore, ConnectionStore } from '../../src/server/index.js';

export const API = 'https://api.monerium.test';
/** How far clocks may differ if the store does not return its time. In milliseconds. */
export const MAX_SKEW_MS = 15_000;

export type StoreFault = 'none' | 'fails' | 'loses the answer';
export type MoneriumFault =
  'none' | 'busy' | 'down' | 'a proxy answers' | 'is silent' | 'loses the answer' | 'refuses';

/** Waits until the schedule lets this step happen. */
export type Turn = (label: string) => Promise<void>;

interface Family {
  revoked: boolean;
}

interface Sent {
  until: number;
  isSettled: boolean;
}

export class Process {
  isDead = false;
  /** The refresh tokens that Monerium refused to this process. */
  readonly refused = new Set<string>();

  /** @param skewMs how far its clock is ahead of the store's */
  constructor(
    readonly name: string,
    readonly skewMs: number,
  ) {}
}

export class World {
  readonly violations: string[] = [];
  readonly rows = new Map<string, StoredConnection>();
  readonly written = new Set<string>();
  readonly reached = new Set<string>();
  readonly #claims = new Map<string, number>();
  readonly #codes = new Map<string, number>();
  readonly #parents = new Map<string, string | undefined>();
  readonly #families = new Map<string, Family>();
  readonly #used = new Set<string>();
  readonly #reused = new Set<string>();
  readonly #sent = new Map<string, Sent[]>();
  readonly #storeFaults: StoreFault[];
  readonly #moneriumFaults: MoneriumFault[];
  #numbers = 0;

  /**
   * @param now the store's clock
   * @param tellsTime whether the store returns its time
   */
  constructor(
    readonly turn: Turn,
    readonly now: () => number,
    readonly tellsTime: boolean,
    storeFaults: StoreFault[],
    moneriumFaults: MoneriumFault[],
  ) {
    this.#storeFaults = [...storeFaults];
    this.#moneriumFaults = [...moneriumFaults];
  }

  demand(holds: boolean, rule: string): void {
    if (!holds) this.violations.push(rule);
  }

  next(): number {
    return ++this.#numbers;
  }

  /** From now on everything works. */
  heal(): void {
    this.#storeFaults.length = 0;
    this.#moneriumFaults.length = 0;
  }

  isAlive(accessToken: string): boolean {
    return this.#families.get(accessToken)?.revoked === false;
  }

  issue(parent: string | undefined, family: Family) {
    const number = this.next();
    const tokens = { accessToken: `access-${number}`, refreshToken: `refresh-${number}` };
    this.#parents.set(tokens.refreshToken, parent);
    this.#families.set(tokens.refreshToken, family);
    this.#families.set(tokens.accessToken, family);
    return { ...tokens, expiresAt: this.now() + 3_600_000 };
  }

  /** A call of a process to the store. It may fail before or after it takes effect. */
  async #call<T>(process: Process, label: string, effect: () => T): Promise<T> {
    await this.#step(process, label);
    const fault = this.#storeFaults.shift() ?? 'none';
    if (fault === 'fails') throw new Error('the store is away');
    const result = effect();
    await this.#step(process, `${label}, answered`);
    if (fault === 'loses the answer') throw new Error('the store is gone');
    return result;
  }

  async #step(process: Process, label: string): Promise<void> {
    if (!process.isDead) await this.turn(`${process.name} ${label}`);
    if (process.isDead) await new Promise(() => undefined);
  }

  storeOf(process: Process): ConnectionStore {
    return {
      read: (id) =>
        this.#call(process, 'reads', () => {
          const row = structuredClone(this.rows.get(id));
          return row && { ...row, ...(this.tellsTime && { now: this.now() }) };
        }),
      replace: (id, version, next) =>
        this.#call(process, 'writes', () => this.#replace(process, id, version, next)),
    };
  }

  codeStoreOf(process: Process): CodeStore {
    return {
      claim: (key, ttlMs) =>
        this.#call(process, 'claims', () => {
          const isFree = (this.#claims.get(key) ?? 0) <= this.now();
          if (isFree) this.#claims.set(key, this.now() + ttlMs);
          return isFree;
        }),
    };
  }

  #replace(process: Process, id: string, version: number, next: Connection | undefined): boolean {
    const row = this.rows.get(id);
    if ((row?.version ?? 0) !== version) return false;
    this.#judgeWrite(process, row?.connection, next);
    if (!next) return this.rows.delete(id);
    this.written.add(next.tokens.accessToken);
    const connection = JSON.parse(JSON.stringify(next)) as Connection;
    this.rows.set(id, { connection, version: row ? version + 1 : this.next() * 1000 });
    return true;
  }

  #judgeWrite(process: Process, old: Connection | undefined, next: Connection | undefined): void {
    if (!next) return;
    const { refreshToken = '' } = next.tokens;
    if (next.ended && !old?.ended) {
      const isSame = old?.tokens.refreshToken === refreshToken;
      this.demand(isSame && process.refused.has(refreshToken), '5: ended a token it had not sent');
      const isDoubtTold = next.ended.inDoubt || !this.#reused.has(refreshToken);
      this.demand(isDoubtTold, 'a loss after a lost answer is not told as in doubt');
      this.reached.add(next.ended.inDoubt ? 'ended in doubt' : 'ended');
    }
    const parent = this.#parents.get(refreshToken);
    const isRenewed = refreshToken !== old?.tokens.refreshToken && parent !== undefined;
    const isInPlace = old?.tokens.refreshToken === parent && !old?.ended;
    this.demand(!isRenewed || isInPlace, '6: a late refresh has overwritten a newer connection');
    const isRevived = old?.ended && !next.ended && refreshToken === old.tokens.refreshToken;
    this.demand(!isRevived, '6: an ended connection is back');
    if (isRenewed) this.reached.add('renewed');
  }

  fetchOf(process: Process): typeof fetch {
    return async (_url, init) => {
      const form = init?.body as URLSearchParams;
      const request: Sent = { until: 0, isSettled: false };
      const token = form.get('refresh_token');
      if (token !== null && !process.isDead) this.#send(process, token, request);
      const aborted = new Promise<never>((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => {
          if (process.isDead) return;
          request.isSettled = true;
          reject(new DOMException('late', 'AbortError'));
        }),
      );
      return Promise.race([this.#answer(process, form, request), aborted]);
    };
  }

  async #answer(process: Process, form: URLSearchParams, request: Sent): Promise<Response> {
    await this.#step(process, 'asks Monerium');
    const fault = this.#moneriumFaults.shift() ?? 'none';
    const token = form.get('refresh_token');
    if (token === null) this.#useCode(form.get('code') ?? '');
    // An aborted request may still arrive at any time. Its sender cannot prevent that.
    else if (!request.isSettled) this.#demandAlone(token, request);
    if (fault === 'busy' || fault === 'down') {
      await this.#step(process, 'is told to wait');
      request.isSettled = true;
      const headers = { 'retry-after': '2' };
      return Response.json({}, { status: fault === 'busy' ? 429 : 503, headers });
    }
    if (fault === 'a proxy answers') {
      await this.#step(process, 'is told something else');
      request.isSettled = true;
      this.reached.add(fault);
      return new Response('<title>Blocked</title>', { status: 401 });
    }
    if (fault === 'is silent') {
      this.reached.add(fault);
      return new Promise(() => undefined);
    }
    const answer = token === null ? this.#redeem() : this.#refresh(process, token, fault);
    await this.#step(process, 'is answered');
    if (fault !== 'loses the answer') return answer;
    request.isSettled = true;
    this.reached.add('lost answer');
    throw new TypeError('the connection broke off');
  }

  #useCode(code: string): void {
    const uses = (this.#codes.get(code) ?? 0) + 1;
    this.#codes.set(code, uses);
    this.demand(uses === 1, '1: a code was sent twice');
  }

  #redeem(): Response {
    const { accessToken, refreshToken } = this.issue(undefined, { revoked: false });
    const ids = { profile: 'p', userId: 'u' };
    const tokens = { access_token: accessToken, refresh_token: refreshToken };
    return Response.json({ ...tokens, token_type: 'Bearer', expires_in: 3600, ...ids });
  }

  /** Checked when a process sends the request, and again when the request arrives. */
  #send(process: Process, token: string, request: Sent): void {
    const earlier = this.#sent.get(token) ?? [];
    this.#demandAlone(token, request);
    const row = [...this.rows.values()].find(
      ({ connection }) => connection.tokens.refreshToken === token,
    );
    const until = row?.connection.renewal?.until ?? Infinity;
    request.until = this.tellsTime ? until : until - process.skewMs - MAX_SKEW_MS;
    if (this.tellsTime && process.skewMs !== 0) this.reached.add('sent by another clock');
    this.#sent.set(token, [...earlier, request]);
    if (earlier.length > 0) this.reached.add('sent again');
  }

  /** A token may be sent again only when the lease of each other sender has run out. */
  #demandAlone(token: string, request: Sent): void {
    const others = (this.#sent.get(token) ?? []).filter((other) => other !== request);
    const isFree = others.every(({ until, isSettled }) => isSettled || until <= this.now());
    this.demand(isFree, '3: a refresh token was sent again while its first sender may live');
  }

  #refresh(process: Process, token: string, fault: MoneriumFault): Response {
    const family = this.#families.get(token);
    if (!family) throw new Error('unknown token');
    if (this.#used.has(token)) this.#reused.add(token);
    if (this.#used.has(token) || fault === 'refuses') family.revoked = true;
    if (family.revoked) {
      process.refused.add(token);
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    }
    this.#used.add(token);
    const { accessToken, refreshToken } = this.issue(token, family);
    const tokens = { access_token: accessToken, refresh_token: refreshToken };
    return Response.json({ ...tokens, token_type: 'Bearer', expires_in: 3600 });
  }
}
