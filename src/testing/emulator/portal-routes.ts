import { Hono, type Context } from 'hono';
import { apiError } from './api-error.js';
import type { Assets } from './assets.js';
import { signIn, currentStep, type PortalSession, type Step } from './portal-session.js';
import { linkWallet } from './customers.js';
import { decideFor, endSession, type Ending } from './decision.js';
import { isForm } from './form.js';
import { randomIban } from './iban.js';
import { sessionNotFoundPage, stepPage } from './portal-pages.js';
import { verifyWallet, WalletError } from './wallet.js';
import type { Store } from './store.js';

/** What the customer has to correct in a form. */
class FormError extends Error {}

export function portalRoutes(store: Store, assets: () => Promise<Assets>): Hono {
  const routes = new Hono();
  routes.get('/wallet.js', async (c) =>
    c.body((await assets()).walletScript, 200, { 'Content-Type': 'text/javascript' }),
  );
  // A redirect with 307 keeps the method, so a form post to /auth arrives here as a post.
  routes.on(['GET', 'POST'], '/start', (c) =>
    withSession(c, store, (session) => startPortal(c, store, session)),
  );
  routes.get('/:step', (c) => withSession(c, store, (session) => showStep(c, session)));
  routes.post('/:step', (c) => withSession(c, store, (session) => submitStep(c, store, session)));
  return routes;
}

function withSession(
  c: Context,
  store: Store,
  respond: (session: PortalSession) => Response | Promise<Response>,
): Response | Promise<Response> {
  const session = store.sessions.get(c.req.query('session') ?? '');
  return session ? respond(session) : c.html(sessionNotFoundPage(), 404);
}

/** The first page, or the end of the flow where the customer is not asked. */
function startPortal(c: Context, store: Store, session: PortalSession): Response {
  const { decision } = store.switches;
  if (decision === 'ask') return redirectToStep(c, session, currentStep(session));
  return c.redirect(decideFor(store, session, decision), 302);
}

function redirectToStep(c: Context, session: PortalSession, step: Step): Response {
  return c.redirect(`/portal/${step}?session=${session.id}`, 303);
}

/** The step in the URL, if the customer may do it now. */
function requestedStep(c: Context, session: PortalSession): Step | undefined {
  const wanted = c.req.param('step');
  if (!session.customer && (wanted === 'login' || wanted === 'signup')) return wanted;
  const current = currentStep(session);
  return wanted === current ? current : undefined;
}

function showStep(c: Context, session: PortalSession): Response | Promise<Response> {
  const step = requestedStep(c, session);
  if (!step) return redirectToStep(c, session, currentStep(session));
  if (step === 'iban') session.offeredIban ??= randomIban();
  return c.html(stepPage(step, session));
}

async function submitStep(c: Context, store: Store, session: PortalSession): Promise<Response> {
  if (!isForm(c.req.header('content-type'))) return apiError(415, 'The request must be a form');
  const step = requestedStep(c, session);
  if (!step) return redirectToStep(c, session, currentStep(session));
  const fields = new URLSearchParams(await c.req.text());
  if (step === 'consent') {
    return c.redirect(endSession(store, session, readEnding(fields.get('decision'))), 302);
  }
  try {
    await applyStep(step, store, session, fields);
  } catch (error) {
    if (!(error instanceof FormError || error instanceof WalletError)) throw error;
    const values = Object.fromEntries(fields);
    return c.html(stepPage(step, session, { problem: error.message, values }), 400);
  }
  return redirectToStep(c, session, currentStep(session));
}

async function applyStep(
  step: Exclude<Step, 'consent'>,
  store: Store,
  session: PortalSession,
  fields: URLSearchParams,
): Promise<void> {
  switch (step) {
    case 'login':
    case 'signup':
      signInByEmail(step, store, session, fields.get('email') ?? '');
      break;
    case 'kyc':
      saveIdentity(session, fields);
      break;
    case 'wallet':
      await connectWallet(session, fields);
      break;
    case 'iban':
      attachIban(session);
  }
}

function signInByEmail(
  mode: 'login' | 'signup',
  store: Store,
  session: PortalSession,
  email: string,
) {
  if (!/^\s*[^\s@]+@[^\s@]+\s*$/.test(email)) throw new FormError('Enter an e-mail address.');
  const known = store.customers.find(email);
  if (mode === 'login' && !known) {
    throw new FormError('Nobody has signed up with this e-mail address.');
  }
  signIn(session, known ?? store.customers.signUp(email));
}

function saveIdentity({ customer }: PortalSession, fields: URLSearchParams): void {
  const name = (fields.get('name') ?? '').trim();
  if (name === '') throw new FormError('Enter your name.');
  const birthday = fields.get('birthday') ?? '';
  if (!/^\d{4}-\d\d-\d\d$/.test(birthday) || Number.isNaN(Date.parse(birthday))) {
    throw new FormError('Enter your birthday as year-month-day, such as 1990-12-31.');
  }
  if (!fields.has('terms')) throw new FormError('Accept the terms to go on.');
  if (customer) Object.assign(customer, { name, identified: true });
}

async function connectWallet({ customer }: PortalSession, fields: URLSearchParams): Promise<void> {
  const wallet = await verifyWallet({
    address: fields.get('address') ?? '',
    chain: fields.get('chain') ?? '',
    signature: fields.get('signature') ?? '',
  });
  if (customer) linkWallet(customer, wallet);
}

function attachIban({ customer, offeredIban }: PortalSession): void {
  const wallet = customer?.wallets[0];
  if (!customer || !wallet) return;
  // Two tabs may both post this form. The second changes nothing.
  customer.ibans = [{ iban: offeredIban ?? randomIban(), ...wallet }];
}

/** A value that no button of the page sends counts as a refusal. */
function readEnding(value: string | null): Ending {
  return value === 'approve' || value === 'fail' ? value : 'refuse';
}
