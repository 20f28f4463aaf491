export type { Code } from './errors.js';
export { code } from './flow/flow.js';
