import type { BackendResponse } from './backend-response.js';
import { Violation, type Harness, type Fields } from './harness.js';

/** The section of docs/check-backend.md that says why. */
export type Topic =
  | 'the-exchange'
  | 'other-sites'
  | 'the-four-fields'
  | 'failures-of-monerium'
  | 'what-reaches-the-browser'
  | 'who-is-connected'
  | 'session-ids'
  | 'the-end-of-a-session'
  | 'pages-on-another-origin'
  | 'the-start'
  | 'the-callback'
  | 'every-response';

/** One rule of the contract between the element and a backend. */
export interface Clause {
  name: string;
  /** How to fix a backend that violates it. */
  hint: string;
  why: Topic;
  /** @throws Violation with what the backend did instead */
  check(harness: Harness): Promise<void>;
  /** Checked only when the pages are on another origin. */
  isCors?: true;
  /** When it fails, no clause after it means anything. */
  isBasic?: true;
}

const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;

export function assertThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

export function readIdentity({ status, text }: BackendResponse): {
  profile: unknown;
  userId: unknown;
} {
  assertThat(status === 200, `answered ${status}`);
  try {
    const { defaultProfile, profile = defaultProfile, userId } = Object(JSON.parse(text)) as Fields;
    return { profile, userId };
  } catch {
    throw new Violation('answered 200, but no JSON');
  }
}

export function assertIdentity(answer: BackendResponse): void {
  for (const [name, id] of Object.entries(readIdentity(answer))) {
    const isIdentifier = typeof id === 'string' && IDENTIFIER.test(id);
    assertThat(isIdentifier, `answered 200, but no valid ${name}`);
  }
}

export function assertOneExchange({ exchanges: { length }, emulator }: Harness): void {
  const where = length === 0 ? `; is ${emulator.url} its address of Monerium?` : '';
  assertThat(length === 1, `sent ${length} token requests, not 1${where}`);
}

/** The response is an error, and nothing was sent to Monerium. */
function assertRefusal(harness: Harness, { status }: BackendResponse): void {
  assertThat(status >= 400 && status < 500, `answered ${status}, not 4xx`);
  assertThat(harness.exchanges.length === 0, `answered ${status}, but sent the code to Monerium`);
}

/** A clause for a post that the backend must refuse by itself. */
export function refuses(
  what: string,
  why: Topic,
  hint: string,
  attempt: (harness: Harness) => Promise<BackendResponse>,
): Clause {
  const check = async (harness: Harness) => {
    harness.prepare();
    assertRefusal(harness, await attempt(harness));
  };
  return { name: `refuses ${what}`, hint, why, check };
}

/** A clause for a failure of Monerium. */
export function reports(
  what: string,
  hint: string,
  switches: Parameters<Harness['prepare']>[0],
): Clause {
  const check = async (harness: Harness) => {
    harness.prepare(switches);
    const { status } = await harness.post(harness.createFields());
    assertOneExchange(harness);
    assertThat(status >= 500 || status === 429, `answered ${status}, not 5xx`);
  };
  return { name: `reports that Monerium ${what}`, hint, why: 'failures-of-monerium', check };
}
