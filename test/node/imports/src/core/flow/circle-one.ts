import type { Two } from './circle-two.js';
export interface One {
  two?: Two;
}
