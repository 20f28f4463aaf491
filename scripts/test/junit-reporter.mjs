// Node's JUnit report leaves out a failure that is no test's own, as that of a hook of a suite.
// Here it becomes a failed test, so that the summary names it.
import { junit } from 'node:test/reporters';

/** @typedef {AsyncGenerator<import('node:test/reporters').TestEvent, void>} TestEvents */

/**
 * @param {TestEvents} events
 * @returns {TestEvents}
 */
async function* withOwnFailures(events) {
  /** @type {string | undefined} */
  let started;
  let lastNesting = 0;
  for await (const event of events) {
    const { type, data } = event;
    if (type === 'test:start') started = data.name;
    if (type === 'test:fail') {
      const isParent = lastNesting > data.nesting;
      // A hook of a file fails without a start: Node's report then hides all tests after it.
      if (!isParent && started !== data.name) yield { type: 'test:start', data };
      const { failureType } = /** @type {{ failureType?: string }} */ (data.details.error);
      if (isParent && failureType !== 'subtestsFailed') {
        const own = { ...data, name: 'the suite as a whole', nesting: data.nesting + 1 };
        yield { type: 'test:start', data: own };
        yield { type: 'test:fail', data: own };
      }
    }
    if (type === 'test:pass' || type === 'test:fail') lastNesting = data.nesting;
    yield event;
  }
}

/** @param {TestEvents} events */
export default (events) => junit(withOwnFailures(events));
