// The faults that a visitor can choose, and the switches that cause them.
import type { Control } from './control.js';

export interface Fault extends Pick<Control, 'switches'> {
  readonly name: string;
  readonly backend?: Control['backend'];
  /** What happens, and the code that the page gets. */
  readonly text: string;
  /** Where it can be seen: a fault of the backend needs one. */
  readonly exchange?: 'backend' | 'direct';
}

/** `ask` shows the pages of the portal. */
const ASK = { decision: 'ask' } as const;
/** Monerium redirects back at once. */
const APPROVE = { decision: 'approve' } as const;

export const FAULTS: readonly Fault[] = [
  { name: 'None', switches: ASK, text: 'The customer signs up, and approves.' },
  {
    name: 'None, no questions',
    switches: APPROVE,
    text: 'The customer is known, and comes straight back.',
  },
  {
    name: 'The customer refuses',
    switches: { decision: 'refuse' },
    text: 'Monerium sends the customer back with access_denied.',
  },
  {
    name: 'Monerium fails',
    switches: { decision: 'fail' },
    text: 'Monerium sends the customer back with server_error: authorization_unavailable.',
  },
  {
    name: 'Monerium is down',
    switches: { ...APPROVE, token: 'unavailable' },
    text: 'The token endpoint responds with 503: server_unavailable.',
  },
  {
    name: 'Too many requests',
    switches: { ...APPROVE, token: 'rate-limit' },
    text: 'The token endpoint responds with 429: rate_limited, with the time to wait.',
    exchange: 'direct',
  },
  {
    name: 'No ids',
    switches: { ...APPROVE, idsInToken: false, context: 'server-error' },
    text: 'The tokens come without the ids, and /auth/context fails.',
  },
  {
    name: 'The backend is missing',
    switches: APPROVE,
    backend: 'missing',
    text: 'The backend responds with 404: exchange_rejected.',
    exchange: 'backend',
  },
  {
    name: 'The backend fails',
    switches: APPROVE,
    backend: 'fails',
    text: 'The backend responds with 500: server_unavailable.',
    exchange: 'backend',
  },
  {
    name: 'The backend sends a page',
    switches: APPROVE,
    backend: 'html',
    text: 'The backend responds with HTML: exchange_bad_response.',
    exchange: 'backend',
  },
  {
    name: 'The backend is unreachable',
    switches: APPROVE,
    backend: 'unreachable',
    text: 'No response comes: exchange_network.',
    exchange: 'backend',
  },
];
