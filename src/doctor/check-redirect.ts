import type { Facts, RedirectFacts } from './facts.js';
import { advice, ok, problem, type Finding } from './finding.js';

const DROPS = 'drops the query, and with it the response of Monerium';
const REGISTER = 'register the new address at Monerium';

/** What the site's own server makes of a redirect URI, and of a response in its query. */
export function checkRedirect(facts: Facts): Finding[] {
  return facts.redirects.flatMap((one) => {
    const fault = nameRedirectFault(one);
    if (fault) return [fault];
    const register = `Register this redirect URI: ${one.redirectUri}`;
    return [...checkElement(one, facts), ok('redirect-uri', register)];
  });
}

function nameRedirectFault(facts: RedirectFacts): Finding | undefined {
  const { redirectUri, status, keepsQuery } = facts;
  if (status >= 400) {
    const text = `The server answers ${status} at the redirect URI ${redirectUri}.`;
    return problem('redirect-uri-missing', text, 'Serve a page with the element there.');
  }
  const moved = nameMove(facts);
  if (moved || keepsQuery !== false) return moved;
  const text = `The server redirects ${redirectUri} and ${DROPS}.`;
  return problem('redirect-uri-query', text, 'Keep the query, or do not redirect.');
}

/** Redirects that change the path. The flow goes on at the new address only with its query. */
function nameMove({ redirectUri, href, keepsQuery }: RedirectFacts): Finding | undefined {
  // As a browser writes it: `http://localhost:3000` is the page `http://localhost:3000/`.
  const { origin, pathname } = new URL(redirectUri);
  const wanted = origin + pathname;
  if (wanted === href) return undefined;
  const target = href ?? 'a page that cannot be read from here, such as one of another origin';
  const loss = keepsQuery === false ? ` and ${DROPS}` : '';
  const text = `The server redirects ${wanted} to ${target}${loss}.`;
  if (wanted.replace(/\/$/, '') === href?.replace(/\/$/, '')) {
    const fix = `Set redirect-uri="${href}" on all pages with the element, and ${REGISTER}.`;
    return problem('redirect-uri-slash', text, fix);
  }
  return problem(
    'redirect-uri-moved',
    text,
    `Do not redirect there, for example to a login page; or set redirect-uri and ${REGISTER}.`,
  );
}

/** The element and its script, as far as the page is plain HTML. */
function checkElement(
  { href, hasElement, script }: RedirectFacts,
  { page, scripts }: Facts,
): Finding[] {
  // A page that is bundled like this one may have the script under any name.
  const hasScript = script === 'ours' || (script === 'other' && scripts.length === 0);
  // This page has an element that works, whoever has rendered it.
  if ((hasElement && hasScript) || href === page.href) return [];
  const missing = [hasElement || '<monerium-connect>', hasScript || 'its script'];
  const names = missing.filter((one) => one !== true).join(' and ');
  const text = `The HTML at the redirect URI does not have ${names}.`;
  const fix = 'It needs both. Ignore this where a script of yours renders the page.';
  return [advice('redirect-uri-element', text, fix)];
}

/** A flow of this tab that has not come back, or not to an element that fits. */
export function checkFlow({ flow, redirects }: Facts): Finding[] {
  const { lost, differences } = flow;
  const found: Finding[] = [];
  // Where the server itself loses the response, that is found, and to register is of no use.
  const isLostHere = redirects.some((one) => one.redirectUri === lost && nameRedirectFault(one));
  if (lost && !isLostHere) {
    found.push(
      problem(
        'flow-lost',
        'A flow of this tab went to Monerium and did not come back to this page.',
        `Register this redirect URI at Monerium, to the letter: ${lost}`,
      ),
    );
  }
  if (differences.length > 0) {
    const values = differences.map(({ name, begun, here }) => {
      return `${name} was ${begun} where the flow began, and is ${here} here`;
    });
    found.push(
      problem(
        'attributes-differ',
        `A response has come back, and waits for an element that fits: ${values.join('; ')}.`,
        'Write the same attributes on all pages with the element.',
      ),
    );
  }
  return found;
}
