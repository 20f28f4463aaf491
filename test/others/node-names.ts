// What MetaMask's provider expects of a bundler: names that Node has.
export { Buffer } from 'buffer/index.js';
export const process = {
  env: {},
  nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
    queueMicrotask(() => callback(...args)),
};
