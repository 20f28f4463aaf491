import { Hono, type Context } from 'hono';
import { apiError } from './api-error.js';
import { enter, currentStep, type PortalSession, type Step } from './session.js';
import { linkWallet } from './customers.js';
import { isForm } from './form.js';
import { randomIban } from './iban.js';
import { endedPage, stepPage } from './pages.js';
import { redirectTarget } from './redirect.js';
import { provenWallet, WalletProblem } from './wallets.js';
import type { World } from './world.js';

/** What the portal's pages load besides themselves. */
export interface PortalAssets {
  style: string;
  walletScript: string;
}

/** Why a form has to be filled in again. */
class FormProblem extends Error {}

export function portalRoutes(world: World, assets: () => Promise<PortalAssets>): Hono {
  const routes = new Hono();
  routes.get('/style.css', async (c) =>
    c.body((await assets()).style, 200, { 'Content-Type': 'text/css' }),
  );
  routes.get('/wallet.js', async (c) =>
    c.body((await assets()).walletScript, 200, { 'Content-Type': 'text/javascript' }),
  );
  // A form post to /auth is still a post here, since 307 keeps the method.
  routes.on(['GET', 'POST'], '/start', (c) =>
    withSession(c, world, (session) => goTo(c, session, currentStep(session))),
  );
  routes.get('/:step', (c) => withSession(c, world, (session) => showStep(c, session)));
  routes.post('/:step', (c) => withSession(c, world, (session) => submitStep(c, world, session)));
  return routes;
}

function withSession(
  c: Context,
  world: World,
  answer: (session: PortalSession) => Response | Promise<Response>,
): Response | Promise<Response> {
  const session = world.sessions.get(c.req.query('session') ?? '');
  return session ? answer(session) : c.html(endedPage(), 404);
}

function goTo(c: Context, session: PortalSession, step: Step): Response {
  return c.redirect(`/portal/${step}?session=${session.id}`, 303);
}

/** The step in the address, when it is that step's turn. */
function stepInTurn(c: Context, session: PortalSession): Step | undefined {
  const wanted = c.req.param('step');
  if (!session.customer && (wanted === 'login' || wanted === 'signup')) return wanted;
  const current = currentStep(session);
  return wanted === current ? current : undefined;
}

function showStep(c: Context, session: PortalSession): Response | Promise<Response> {
  const step = stepInTurn(c, session);
  if (!step) return goTo(c, session, currentStep(session));
  if (step === 'iban') session.offeredIban ??= randomIban();
  return c.html(stepPage(step, session));
}

async function submitStep(c: Context, world: World, session: PortalSession): Promise<Response> {
  if (!isForm(c.req.header('content-type'))) return apiError(415, 'The request must be a form');
  const step = stepInTurn(c, session);
  if (!step) return goTo(c, session, currentStep(session));
  const fields = new URLSearchParams(await c.req.text());
  if (step === 'consent') return decide(c, world, session, fields.get('decision'));
  try {
    await takeStep(step, world, session, fields);
  } catch (problem) {
    if (!(problem instanceof FormProblem || problem instanceof WalletProblem)) throw problem;
    const values = Object.fromEntries(fields);
    return c.html(stepPage(step, session, { problem: problem.message, values }), 400);
  }
  return goTo(c, session, currentStep(session));
}

async function takeStep(
  step: Exclude<Step, 'consent'>,
  world: World,
  session: PortalSession,
  fields: URLSearchParams,
): Promise<void> {
  switch (step) {
    case 'login':
    case 'signup':
      welcome(step, world, session, fields.get('email') ?? '');
      break;
    case 'kyc':
      identify(session, fields);
      break;
    case 'wallet':
      await connectWallet(session, fields);
      break;
    case 'iban':
      attachIban(session);
  }
}

function welcome(mode: 'login' | 'signup', world: World, session: PortalSession, email: string) {
  if (!/^\s*[^\s@]+@[^\s@]+\s*$/.test(email)) throw new FormProblem('Enter an e-mail address.');
  const known = world.customers.find(email);
  if (mode === 'login' && !known) {
    throw new FormProblem('Nobody has signed up with this e-mail address.');
  }
  enter(session, known ?? world.customers.signUp(email));
}

function identify({ customer }: PortalSession, fields: URLSearchParams): void {
  const name = (fields.get('name') ?? '').trim();
  if (name === '') throw new FormProblem('Enter your name.');
  const birthday = fields.get('birthday') ?? '';
  if (!/^\d{4}-\d\d-\d\d$/.test(birthday) || Number.isNaN(Date.parse(birthday))) {
    throw new FormProblem('Enter your birthday as year-month-day, such as 1990-12-31.');
  }
  if (!fields.has('terms')) throw new FormProblem('Accept the terms to go on.');
  if (customer) Object.assign(customer, { name, identified: true });
}

async function connectWallet({ customer }: PortalSession, fields: URLSearchParams): Promise<void> {
  const wallet = await provenWallet({
    address: fields.get('address') ?? '',
    chain: fields.get('chain') ?? '',
    signature: fields.get('signature') ?? '',
  });
  if (customer) linkWallet(customer, wallet);
}

function attachIban({ customer, offeredIban }: PortalSession): void {
  const wallet = customer?.wallets[0];
  if (!customer || !wallet) return;
  // Two tabs may both send this form; the second changes nothing.
  customer.ibans = [{ iban: offeredIban ?? randomIban(), ...wallet }];
}

function decide(
  c: Context,
  world: World,
  session: PortalSession,
  decision: string | null,
): Response {
  const { request, customer } = session;
  if (decision === 'allow' && customer) {
    // Each consent gets a fresh code: after the back button, it must not replay the old one.
    const code = world.grants.issueCode(request.client.clientId, customer, request);
    return c.redirect(redirectTarget(request.redirectUri, { code, state: request.state }), 302);
  }
  const failure =
    decision === 'fail'
      ? { error: 'server_error', error_description: 'Something went wrong' }
      : { error: 'access_denied', error_description: 'The customer refused' };
  const state = world.switches.stateOnErrors ? request.state : undefined;
  return c.redirect(redirectTarget(request.redirectUri, { ...failure, state }), 302);
}
