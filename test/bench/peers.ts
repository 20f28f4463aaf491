/** What a peer can be asked to do here. What is missing leaves its cells empty. */
type Step = 'button' | 'flow' | 'many';

export interface Peer {
  readonly id: string;
  readonly label: string;
  /** The element, or the place that the script puts its button into. */
  readonly tag: string;
  readonly steps: readonly Step[];
  /** Draws many at a time by a script of its own, for want of an element. */
  readonly manyScript?: string;
  /** An authorization server of the kind it knows; else Monerium's. */
  readonly server?: 'auth0';
  readonly attributes?: Readonly<Record<string, string>>;
  /** Why a cell is empty, or what is to be known about a figure. */
  readonly note?: string;
}

export const OWN = 'monerium-connect';
/** What the targets compare, and the core alone. */
export const NEIGHBOURS = [OWN, 'lit', 'bare-patient', 'lit-oidc', 'core'];

export const peers: readonly Peer[] = [
  {
    id: OWN,
    label: 'monerium-connect',
    tag: 'monerium-connect',
    steps: ['button', 'flow', 'many'],
  },
  {
    id: 'lit',
    label: 'Lit alone',
    tag: 'lit-button',
    steps: ['button', 'many'],
    note: 'The floor: a button of Lit that connects nobody, so it has no flow.',
  },
  {
    id: 'bare',
    label: 'a bare element',
    tag: 'bare-connect',
    steps: ['button', 'flow', 'many'],
    note: 'The limit: the flow in forty lines, without a look and without any fault looked after.',
  },
  {
    id: 'bare-patient',
    label: 'the bare element, waiting for `DOMContentLoaded`',
    tag: 'bare-connect',
    steps: ['flow'],
    attributes: { patient: '' },
    note: 'The same script as the bare element: only the way back differs.',
  },
  {
    id: 'lit-sdk',
    label: 'Lit + `@monerium/sdk`',
    tag: 'lit-sdk-connect',
    steps: ['button', 'flow', 'many'],
  },
  {
    id: 'lit-oidc',
    label: 'Lit + `oidc-client-ts`',
    tag: 'lit-oidc-connect',
    steps: ['button', 'flow', 'many'],
    note: 'The nearest neighbour: a button and a flow, without a look and without its texts.',
  },
  {
    id: 'core',
    label: '`monerium-connect/core`',
    tag: 'div',
    steps: ['button', 'flow'],
    note: 'The same flow behind a button of the page, without an element and without Lit.',
  },
  {
    id: 'oidc-client-ts',
    label: '`oidc-client-ts`',
    tag: 'div',
    steps: ['button', 'flow'],
    note: 'Brings no element, so there is nothing to put on a page a thousand times.',
  },
  {
    id: 'auth0',
    label: '`@auth0/auth0-spa-js`',
    tag: 'div',
    steps: ['button', 'flow'],
    server: 'auth0',
    note:
      'Brings no element either. It knows only Auth0’s endpoints and wants an ID token: here ' +
      'they stand in front of the same emulator.',
  },
  {
    id: 'hanko',
    label: '`@teamhanko/hanko-elements`',
    tag: 'hanko-auth',
    steps: [],
    note:
      'Signs in to Hanko, and draws its button from what Hanko’s own API answers. There is none ' +
      'here, so only its script is weighed.',
  },
  {
    id: 'react',
    label: 'React 19 + `@monerium/sdk-react-provider`',
    tag: 'div',
    steps: ['button', 'flow', 'many'],
    manyScript: 'react-many',
    note:
      'Many buttons stand in one tree under one provider, which a page without buttons has as ' +
      'well: its cost is not counted. A cycle mounts and unmounts the whole tree.',
  },
];

export const peersThat = (step: Step): readonly Peer[] =>
  peers.filter(({ steps }) => steps.includes(step));

/** The script is the same for two peers that differ by an attribute only. */
export const scriptOf = ({ id }: Peer): string => (id === 'bare-patient' ? 'bare' : id);
