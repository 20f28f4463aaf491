import { metrics, trace, SpanStatusCode, type Attributes } from '@opentelemetry/api';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { ServerEvent } from '../../src/server/index.js';

const NAME = 'monerium-connect-demo';

/**
 * Measures what the package tells. Without an SDK of OpenTelemetry nothing is measured:
 * `node --import` one that sends to your collector. `monerium.connection.ended` with `in_doubt` and
 * `monerium.lease.taken_over` should stay at 0.
 */
export function createObserver(): (event: ServerEvent) => void {
  const meter = metrics.getMeter(NAME);
  const exchanges = meter.createHistogram('monerium.exchange.duration', { unit: 's' });
  const refreshes = meter.createHistogram('monerium.refresh.duration', { unit: 's' });
  const shared = meter.createCounter('monerium.refresh.shared');
  const replays = meter.createCounter('monerium.replay.refused');
  const takenOver = meter.createCounter('monerium.lease.taken_over');
  const retried = meter.createCounter('monerium.write.retried');
  const ended = meter.createCounter('monerium.connection.ended');

  const measureExchange = (ms: number, outcome: string) => {
    exchanges.record(ms / 1000, { outcome });
    traceWork('monerium.exchange', ms, { outcome });
  };
  const measureRefresh = (ms: number, outcome: string) => {
    refreshes.record(ms / 1000, { outcome });
    traceWork('monerium.refresh', ms, { outcome });
  };
  return (event) => {
    if (event.type === 'exchanged') measureExchange(event.ms, 'ok');
    else if (event.type === 'exchange-failed') measureExchange(event.ms, event.error);
    else if (event.type === 'refreshed') measureRefresh(event.ms, 'ok');
    else if (event.type === 'refresh-failed') measureRefresh(event.ms, event.code);
    else if (event.type === 'refresh-shared') shared.add(1, { within: event.within });
    else if (event.type === 'replay-refused') replays.add(1);
    else if (event.type === 'lease-taken-over') takenOver.add(1);
    else if (event.type === 'write-retried') retried.add(1);
    else ended.add(1, { in_doubt: event.inDoubt });
  };
}

/** A span for work that has just ended, inside the span of the request. */
function traceWork(name: string, ms: number, attributes: Attributes): void {
  const startTime = Date.now() - ms;
  trace.getTracer(NAME).startSpan(name, { startTime, attributes }).end();
}

/** A span and a duration for each request, without its query, headers and body. */
export function measureRequests(): MiddlewareHandler {
  const meter = metrics.getMeter(NAME);
  const durations = meter.createHistogram('http.server.request.duration', { unit: 's' });
  return (c, next) =>
    trace.getTracer(NAME).startActiveSpan(c.req.method, async (span) => {
      const started = performance.now();
      await next();
      const { status } = c.res;
      const attributes = {
        'http.request.method': c.req.method,
        'http.route': routePath(c, -1),
        'http.response.status_code': status,
      };
      durations.record((performance.now() - started) / 1000, attributes);
      span.updateName(`${c.req.method} ${attributes['http.route']}`).setAttributes(attributes);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
}
