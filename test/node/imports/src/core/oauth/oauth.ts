import type { Code } from '../errors.js';
export const code: Code = 'aborted';
