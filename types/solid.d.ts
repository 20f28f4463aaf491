// Solid: `import type {} from 'monerium-connect/types/solid'` types <monerium-connect>.
import type { JSX } from 'solid-js';
import type { Attributes, Handlers, MoneriumConnect, Properties } from './element.js';

/** Solid takes a plain name for an attribute, and others by their prefix. */
type Prefixed = { [Name in keyof Properties as `prop:${Name}`]?: Properties[Name] } & {
  [
    Name in keyof Handlers as Name extends `on${infer Event}` ? `on:${Event}` : never
  ]?: Handlers[Name];
};

export type MoneriumConnectProps = JSX.HTMLAttributes<MoneriumConnect> & Attributes & Prefixed;

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'monerium-connect': MoneriumConnectProps;
    }
  }
}
