export type { Code } from '../errors.js';
