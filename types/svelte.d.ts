// Svelte 5: `import type {} from 'monerium-connect/types/svelte'` types <monerium-connect>.
import type { HTMLAttributes } from 'svelte/elements';
import type { Attributes, Handlers, MoneriumConnect, Properties } from './element.js';

export type MoneriumConnectProps = HTMLAttributes<MoneriumConnect> &
  Attributes &
  Properties &
  Handlers;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'monerium-connect': MoneriumConnectProps;
  }
}
