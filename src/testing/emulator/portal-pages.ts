import { html } from 'hono/html';
import type { PortalSession, Step } from './portal-session.js';
import { layout } from './layout.js';
import { CHAINS } from './wallet.js';

type Html = ReturnType<typeof html>;

/** A form that was refused: the reason, and what the customer had filled in. */
export interface Refill {
  problem: string;
  values: Record<string, string>;
}

interface StepPage {
  heading: string;
  content: (session: PortalSession, values: Record<string, string>) => Html;
}

const STEPS: Record<Step, StepPage> = {
  login: { heading: 'Log in', content: loginContent },
  signup: { heading: 'Sign up', content: signupContent },
  kyc: { heading: 'Tell us who you are', content: kycContent },
  wallet: { heading: 'Connect a wallet', content: walletContent },
  iban: { heading: 'Attach an IBAN', content: ibanContent },
  consent: { heading: 'Approve access', content: consentContent },
};

export function stepPage(step: Step, session: PortalSession, refill?: Refill): Html {
  const { heading, content } = STEPS[step];
  const problem = refill
    ? html`<p class="problem" id="problem" role="alert">${refill.problem}</p>`
    : '';
  return layout({
    name: step,
    heading,
    content: html`${problem}${content(session, refill?.values ?? {})}`,
  });
}

export function sessionNotFoundPage(): Html {
  return layout({
    name: 'ended',
    heading: 'This page has ended',
    content: html`<p>Go back to the application and start again.</p>`,
  });
}

const actionOf = (step: Step, session: PortalSession) => `/portal/${step}?session=${session.id}`;

function emailForm(step: 'login' | 'signup', session: PortalSession, email: string | undefined) {
  return html`<form method="post" action="${actionOf(step, session)}">
    <label for="email">E-mail address</label>
    <input
      id="email"
      name="email"
      type="email"
      autocomplete="email"
      required
      value="${email ?? session.request.email}"
    />
    <button id="continue">Continue</button>
  </form>`;
}

function switchMode(to: 'login' | 'signup', session: PortalSession, label: string) {
  return html`<form method="get" action="/portal/${to}">
    <input type="hidden" name="session" value="${session.id}" />
    <button id="switch-mode" class="quiet">${label}</button>
  </form>`;
}

function loginContent(session: PortalSession, { email }: Record<string, string>): Html {
  return html`<p>To go on to ${session.request.client.name}. There is no password.</p>
    ${emailForm('login', session, email)} ${switchMode('signup', session, 'Sign up instead')}`;
}

function signupContent(session: PortalSession, { email }: Record<string, string>): Html {
  return html`<p>
      To go on to ${session.request.client.name}. Any made-up address will do; no mail is sent.
    </p>
    ${emailForm('signup', session, email)} ${switchMode('login', session, 'Log in instead')}`;
}

function kycContent(session: PortalSession, values: Record<string, string>): Html {
  return html`<p>Make something up: it is forgotten when the emulator stops.</p>
    <form method="post" action="${actionOf('kyc', session)}">
      <label for="name">Full name</label>
      <input id="name" name="name" autocomplete="name" required value="${values.name ?? ''}" />
      <label for="birthday">Birthday</label>
      <p class="hint" id="birthday-hint">Year-month-day, such as 1990-12-31</p>
      <input
        id="birthday"
        name="birthday"
        autocomplete="bday"
        aria-describedby="birthday-hint"
        pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}"
        required
        value="${values.birthday ?? ''}"
      />
      <label class="choice">
        <input name="terms" type="checkbox" value="accepted" required />
        I accept the terms of a service that does not exist
      </label>
      <button id="continue">Continue</button>
    </form>`;
}

/** The script follows the form and is not deferred: the listener is there when the page is. */
function walletContent(session: PortalSession): Html {
  return html`<p>
      This page makes a throwaway key, signs with it that you own the address, and forgets it.
    </p>
    <noscript><p class="problem">Making a key needs JavaScript.</p></noscript>
    <form id="wallet" method="post" action="${actionOf('wallet', session)}">
      <label for="chain">Chain</label>
      <select id="chain" name="chain">
        ${CHAINS.map((chain) => html`<option>${chain}</option>`)}
      </select>
      <input type="hidden" name="address" />
      <input type="hidden" name="signature" />
      <button id="continue">Make a key and sign</button>
      <p>Address: <output id="address" for="chain">none yet</output></p>
    </form>
    <script src="/portal/wallet.js"></script>`;
}

function ibanContent(session: PortalSession): Html {
  const wallet = session.customer?.wallets[0];
  return html`<p>Euros that are sent to this account arrive in your wallet.</p>
    <dl>
      <dt>Wallet</dt>
      <dd><code id="address">${wallet?.address}</code></dd>
      <dt>Chain</dt>
      <dd>${wallet?.chain}</dd>
      <dt>IBAN</dt>
      <dd><code id="iban">${session.offeredIban}</code></dd>
    </dl>
    <form method="post" action="${actionOf('iban', session)}">
      <button id="continue">Use this IBAN</button>
    </form>`;
}

function consentContent(session: PortalSession): Html {
  const { request, customer } = session;
  return html`<p>
      <strong id="client">${request.client.name}</strong> asks to use your account
      <span id="customer">${customer?.email}</span>. It may:
    </p>
    <ul>
      <li>read your name, your e-mail address and your profile</li>
      <li>read your wallets, your IBANs and your orders</li>
      <li>link wallets and place orders that you have signed</li>
    </ul>
    <form method="post" action="${actionOf('consent', session)}">
      <button id="approve" name="decision" value="approve">Approve</button>
      <button id="refuse" class="quiet" name="decision" value="refuse">Refuse</button>
      <button id="fail" class="quiet" name="decision" value="fail">Fail with server_error</button>
    </form>`;
}
