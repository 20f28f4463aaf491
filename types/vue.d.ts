// Vue 3: `import type {} from 'monerium-connect/types/vue'` types <monerium-connect>.
import type { HTMLAttributes, PublicProps } from 'vue';
import type { Handlers, MoneriumConnect, Properties } from './element.js';

/** Templates write `client-id`, and are checked by the name of the property. */
export type MoneriumConnectProps = HTMLAttributes & PublicProps & Properties;

/** Vue reads an overloaded function. */
type Emit = {
  [Name in keyof Handlers]-?: Name extends `on${infer Event}`
    ? (emit: (name: Event, ...values: Parameters<NonNullable<Handlers[Name]>>) => void) => void
    : never;
}[keyof Handlers] extends (emit: infer Overloaded) => void
  ? Overloaded
  : never;

declare module 'vue' {
  interface GlobalComponents {
    'monerium-connect': new () => MoneriumConnect & {
      $props: MoneriumConnectProps;
      $emit: Emit;
    };
  }
}
