// Preact: `import type {} from 'monerium-connect/types/preact'` types <monerium-connect>.
import type { ClassAttributes, HTMLAttributes } from 'preact';
import type { Attributes, Handlers, MoneriumConnect, Properties } from './element.js';

export type MoneriumConnectProps = HTMLAttributes<MoneriumConnect> &
  ClassAttributes<MoneriumConnect> &
  Attributes &
  Properties &
  Handlers;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'monerium-connect': MoneriumConnectProps;
    }
  }
}
