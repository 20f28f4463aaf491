/** What is measured. The cells of a step that a peer does not support stay empty. */
type Step = 'button' | 'flow' | 'many';

export interface Peer {
  readonly id: string;
  readonly label: string;
  /** The tag of the element, or of the container that the script adds its button to. */
  readonly tag: string;
  readonly steps: readonly Step[];
  /** A separate script that draws many buttons, for a peer without an element. */
  readonly manyScript?: string;
  /** The kind of authorization server that the peer requires. Monerium's is the default. */
  readonly server?: 'auth0';
  readonly attributes?: Readonly<Record<string, string>>;
  /** Why a cell is empty, or how to read a figure. */
  readonly note?: string;
}

export const OWN = 'monerium-connect';
/** The peers that the targets compare, and the core alone. */
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
      'a server in front of the same emulator adds both.',
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
      'Many buttons share one tree and one provider, which a page without buttons has as ' +
      'well: its cost is not counted. A cycle mounts and unmounts the whole tree.',
  },
];

export const peersThat = (step: Step): readonly Peer[] =>
  peers.filter(({ steps }) => steps.includes(step));

/** The name of a peer's script. Two peers that differ only in an attribute share a script. */
export const scriptOf = ({ id }: Peer): string => (id === 'bare-patient' ? 'bare' : id);
