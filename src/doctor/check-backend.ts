import type { Facts, Probe, Settings } from './facts.js';
import { advice, DOCUMENTS, ok, problem, type Finding } from './finding.js';

type Answer = Extract<Probe, { kind: 'answer' }>;

/** The backend, or that there is none. */
export function checkBackend({ settings, attributes, backend, page }: Facts): Finding[] {
  const isBackend = settings?.exchange === 'backend';
  if (settings && !isBackend && attributes.isStayConnected) {
    const text = 'stay-connected needs backend-url: there is no backend to ask.';
    return [problem('stay-connected-backend', text, 'Set backend-url, or drop stay-connected.')];
  }
  if (settings?.exchange === 'direct') {
    const text = 'There is no backend-url: this page gets the tokens.';
    const fix = `Exchange the code on a server: ${DOCUMENTS}/backend.md`;
    return [advice('backend-absent', text, fix)];
  }
  if (!isBackend || !backend) return [];
  // A policy of the page has blocked the request: `checkPolicy` reports that.
  const { backendUrl } = settings;
  if (page.violations.some(({ blocked }) => blocked === backendUrl)) return [];
  const { post, session } = backend;
  const found = [...judgePost(settings, post), ...checkCookies(settings, page.origin)];
  // If the post has no response either, the same is wrong with both.
  const isOwn = session?.kind === 'answer' || post.kind === 'answer';
  return session && isOwn ? [...found, ...judgeSession(settings, session)] : found;
}

/** Why there is no response that a page may read. */
function judgeSilence(
  { backendUrl, backendCredentials }: Settings,
  kind: Exclude<Probe['kind'], 'answer'>,
): Finding {
  switch (kind) {
    case 'redirect':
      return problem(
        'backend-redirect',
        `${backendUrl} redirects. The element does not follow redirects.`,
        'Write the address that it redirects to. No login page may come first.',
      );
    case 'cors':
      return problem(
        'backend-cors',
        `${backendUrl} does not let this page read its response (CORS).`,
        'Allow this origin, the method POST and the header Content-Type' +
          (backendCredentials === 'include'
            ? ', send Access-Control-Allow-Credentials: true, and name the origin instead of *.'
            : ': the option allowedOrigins of the handler does.') +
          ' A redirect to a login page looks the same.',
      );
    case 'unreachable':
      return problem(
        'backend-unreachable',
        `${backendUrl} does not answer.`,
        'Start it, and compare scheme, host and port. Does a blocker stop it?',
      );
  }
}

/** What a post without a code gets: a refusal in JSON. */
function judgePost(settings: Settings, post: Probe): Finding[] {
  if (post.kind !== 'answer') return [judgeSilence(settings, post.kind)];
  const { backendUrl } = settings;
  const fault = nameRefusal(post, `POST ${backendUrl}`);
  if (fault) return [fault];
  if (post.status < 300) {
    const text = `POST ${backendUrl} accepts a post without a code.`;
    return [problem('backend-accepts-all', text, 'Refuse what has no code with 400.')];
  }
  return [ok('backend', `POST ${backendUrl} refuses a post without a code with ${post.status}.`)];
}

function nameRefusal({ status, type, isJson }: Answer, request: string): Finding | undefined {
  const text = `${request} answered ${status} ${type || 'without a type'}.`;
  if (status === 404 || status === 405) {
    return problem('backend-missing', text, 'Route POST at this address to the handler.');
  }
  if (status === 401 || status === 403) {
    const fix = 'Send your CSRF token by backendHeaders, and add this origin to allowedOrigins.';
    return problem('backend-forbidden', text, fix);
  }
  if (status === 415) {
    return problem('backend-media-type', text, 'Accept Content-Type: application/json.');
  }
  if (status >= 500) {
    return problem('backend-fails', text, "Read the server's log.");
  }
  if (isJson) return undefined;
  const fix = 'Answer in JSON. Often this is a page of the server: is the path right?';
  return problem('backend-not-json', text, fix);
}

/** A backend on another origin gets no cookies by itself. */
function checkCookies({ backendUrl, backendCredentials }: Settings, origin: string): Finding[] {
  if (backendUrl.startsWith(`${origin}/`) || backendCredentials !== 'same-origin') return [];
  const text = 'The backend is on another origin, and the post carries no cookies.';
  const fix = 'Set backend-credentials="include" where it has a session.';
  return [advice('backend-cookies', text, fix)];
}

/** What `stay-connected` asks: who is connected in this session. */
function judgeSession(settings: Settings, session: Probe): Finding[] {
  const request = `GET ${settings.backendUrl}`;
  const fix = 'Answer 200 with the two ids, or 204: the option onSession of the handler does.';
  if (session.kind !== 'answer') {
    const what = session.kind === 'redirect' ? 'redirects' : 'gets no readable response';
    return [problem('stay-connected', `stay-connected: ${request} ${what}.`, fix)];
  }
  const { status, isJson } = session;
  const isGood = status === 204 || status === 401 || status === 404 || (status === 200 && isJson);
  if (isGood) return [ok('stay-connected', `${request} answers ${status}.`)];
  return [problem('stay-connected', `stay-connected: ${request} answered ${status}.`, fix)];
}

/** Monerium's API, or the emulator that takes its place. */
export function checkApi({ settings, isApiReachable }: Facts): Finding[] {
  if (!settings || isApiReachable === undefined) return [];
  const { apiUrl } = settings;
  if (isApiReachable) return [ok('api', `${apiUrl} answers.`)];
  const fix = 'Is api-url right, and does the emulator run?';
  return [problem('api-unreachable', `${apiUrl} does not answer.`, fix)];
}
