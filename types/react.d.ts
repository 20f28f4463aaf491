// React 19: `import type {} from 'monerium-connect/types/react'` types <monerium-connect>.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { Attributes, Handlers, MoneriumConnect, Properties } from './element.js';

export type MoneriumConnectProps = DetailedHTMLProps<
  HTMLAttributes<MoneriumConnect>,
  MoneriumConnect
> &
  Attributes &
  Properties &
  Handlers;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'monerium-connect': MoneriumConnectProps;
    }
  }
}
