import type { Facts, RedirectFacts } from './facts.js';
import { advice, ok, problem, type Finding } from './finding.js';

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

/** An error, or a redirect. The flow goes on at another path only with its query. */
function nameRedirectFault(facts: RedirectFacts): Finding | undefined {
  const { redirectUri, status, href, keepsQuery } = facts;
  if (status >= 400) {
    const text = `The server answers ${status} at the redirect URI ${redirectUri}.`;
    return problem('redirect-uri-missing', text, 'Serve a page with the element there.');
  }
  // As a browser writes it: `http://localhost:3000` is the page `http://localhost:3000/`.
  const { origin, pathname } = new URL(redirectUri);
  const wanted = origin + pathname;
  const isSame = wanted === href;
  if (isSame && keepsQuery !== false) return undefined;
  const target = isSame ? '' : ` to ${href ?? 'a page that cannot be read from here'}`;
  const loss = keepsQuery === false ? ' and drops the query, and with it the response' : '';
  const text = `The server redirects ${wanted}${target}${loss}.`;
  if (isSame) return problem('redirect-uri-query', text, 'Keep the query, or do not redirect.');
  if (wanted.replace(/\/$/, '') === href?.replace(/\/$/, '')) {
    const fix = `Set redirect-uri="${href}" on all pages with the element, and ${REGISTER}.`;
    return problem('redirect-uri-slash', text, fix);
  }
  const fix = `Do not redirect there, for example to a login page; or set redirect-uri and ${REGISTER}.`;
  return problem('redirect-uri-moved', text, fix);
}

/** The element and its script, as far as the page is plain HTML. */
function checkElement(
  { href, hasElement, script }: RedirectFacts,
  { page, scripts }: Facts,
): Finding[] {
  // A page that is bundled like this one may have the script under any name.
  const hasScript = script === 'ours' || (script === 'other' && scripts.length === 0);
  // This page has an element that works, rendered by a server or by a script.
  if ((hasElement && hasScript) || href === page.href) return [];
  const missing = hasElement ? 'the script of the element' : '<monerium-connect>';
  const text = `The HTML at the redirect URI does not have ${missing}.`;
  const fix = 'It needs both. Ignore this where a script of yours renders the page.';
  return [advice('redirect-uri-element', text, fix)];
}

/** A flow of this tab that has not come back, or not to an element that fits. */
export function checkFlow({ flow, redirects }: Facts): Finding[] {
  const { lost, differences } = flow;
  const found: Finding[] = [];
  // If the server loses the response, another finding says so. To register would not help.
  const isLostHere = redirects.some((one) => one.redirectUri === lost && nameRedirectFault(one));
  if (lost && !isLostHere) {
    found.push(
      problem(
        'flow-lost',
        'A flow of this tab did not come back from Monerium.',
        `Register exactly this redirect URI at Monerium: ${lost}`,
      ),
    );
  }
  if (differences.length > 0) {
    const values = differences.map(({ name, begun, here }) => `${name} was ${begun}, here ${here}`);
    const text = `A response waits for an element with the attributes of its flow: ${values.join('; ')}.`;
    const fix = 'Write the same attributes on all pages with the element.';
    found.push(problem('attributes-differ', text, fix));
  }
  return found;
}
