import type { Code } from './errors.js';
export interface Connection {
  readonly code: Code;
}
