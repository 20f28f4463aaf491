import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import type { Undo } from '../helpers/storage.js';

/** Holds the clock and the timers of this page, until `undo.run()`. */
export function holdClock(undo: Undo): SinonFakeTimers {
  const clock = useFakeTimers({
    now: Date.now(),
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
  undo.add(() => clock.restore());
  return clock;
}
