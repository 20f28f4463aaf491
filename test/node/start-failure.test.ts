import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readNumber,
  StartFailure,
  toListenFailure,
  withUsage,
} from '../../src/testing/start-failure.js';

describe('a number of the command line', () => {
  for (const value of ['0', '7', '65535']) {
    it(`is read: ${value}`, () => {
      assert.equal(readNumber('--port', value, 65_535), Number(value));
    });
  }

  for (const value of ['-1', '1.5', '65536', 'x', 'Infinity']) {
    it(`is refused, with the option and what it needs: ${value}`, () => {
      const message = `--port needs a whole number up to 65535, not ${value}.`;
      assert.throws(() => readNumber('--port', value, 65_535), new StartFailure(message));
    });
  }
});

describe('an error of the start', () => {
  it('shows how to use the command when an option is wrong', () => {
    const shown = withUsage(new TypeError("Unknown option '--x'"), 'usage: …');
    assert.deepEqual(shown, new StartFailure("Unknown option '--x'\n\nusage: …"));
  });

  it('names what does not listen, and a port to try', () => {
    const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    const shown = toListenFailure(taken, 'emulator');
    assert.deepEqual(shown, new StartFailure('No emulator: listen EADDRINUSE. Try --port 0.'));
  });

  it('stays as it is when it is no such error', () => {
    const other = new Error('a fault of the code');
    assert.equal(withUsage(other, 'usage: …'), other);
    assert.equal(toListenFailure(other, 'emulator'), other);
  });
});
