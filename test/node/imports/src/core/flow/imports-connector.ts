export type { Code } from '../connector.js';
