import type { code } from '../../element/element.js';
export type Code = typeof code;
