export type { Code } from '../core/errors.js';
