// What an SDK of OpenTelemetry would be given. It is registered before the backend starts.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { metrics, trace, type Attributes, type MeterProvider } from '@opentelemetry/api';
import { cookieOf, EMAIL, Site } from './backend-fixture.js';

interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes;
}

const measured: Measurement[] = [];
const spans: { name: string; attributes: Attributes }[] = [];

function instrument(name: string) {
  const note = (value: number, attributes: Attributes = {}) =>
    void measured.push({ name, value, attributes });
  return { record: note, add: note };
}

const meters = {
  getMeter: () => ({ createHistogram: instrument, createCounter: instrument }),
} as unknown as MeterProvider;

function startSpan(name: string, { attributes = {} }: { attributes?: Attributes } = {}) {
  const span = { name, attributes };
  return {
    updateName(next: string) {
      span.name = next;
      return this;
    },
    setAttributes(more: Attributes) {
      span.attributes = { ...span.attributes, ...more };
      return this;
    },
    setStatus() {
      return this;
    },
    end: () => void spans.push(span),
  };
}

type Provider = Parameters<typeof trace.setGlobalTracerProvider>[0];
const tracers = {
  getTracer: () => ({
    startSpan,
    startActiveSpan: (name: string, use: (span: unknown) => unknown) => use(startSpan(name)),
  }),
} as unknown as Provider;

const site = new Site();

before(async () => {
  metrics.setGlobalMeterProvider(meters);
  trace.setGlobalTracerProvider(tracers);
  await site.start();
});
after(async () => {
  metrics.disable();
  trace.disable();
  await site.close();
});

const outcomesOf = (name: string) =>
  measured.filter((one) => one.name === name).map(({ attributes }) => attributes);

describe('the telemetry of the demo backend', () => {
  it('measures each exchange, refresh and end, and holds no secret', async () => {
    const body = site.grantBody();
    const cookie = cookieOf(await site.connect(body));
    await site.connect(body);
    site.emulator.endAccessTokens();
    assert.equal((await site.get('/me', cookie)).status, 200);
    site.emulator.reset();
    assert.equal((await site.get('/me', cookie)).status, 401);

    const outcomes = [{ outcome: 'ok' }, { outcome: 'invalid_grant' }];
    assert.deepEqual(outcomesOf('monerium.exchange.duration'), outcomes);
    const refreshes = [{ outcome: 'ok' }, { outcome: 'exchange_rejected' }];
    assert.deepEqual(outcomesOf('monerium.refresh.duration'), refreshes);
    assert.deepEqual(outcomesOf('monerium.replay.refused'), [{}]);
    assert.deepEqual(outcomesOf('monerium.connection.ended'), [{ in_doubt: false }]);
    assert.deepEqual(outcomesOf('monerium.lease.taken_over'), []);
    for (const { name, value } of measured) assert.ok(value >= 0 && value < 60, name);
    const told = JSON.stringify([measured, spans]);
    for (const secret of [body['code'], cookie, cookie.slice(8), EMAIL, 'access_', 'refresh_']) {
      assert.ok(secret && !told.includes(secret), 'the secret is said');
    }
  });

  it('has a span for each request, by its route and not by its address', async () => {
    spans.length = 0;
    await site.get('/me?email=canary.customer@example.com' as '/me', '');
    const attributes = {
      'http.request.method': 'GET',
      'http.route': '/me',
      'http.response.status_code': 401,
    };
    assert.deepEqual(spans, [{ name: 'GET /me', attributes }]);
  });
});
