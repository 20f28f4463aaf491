import { withoutQuery } from '../core/oauth/http.js';
import { stripAuthorizationResponse, stripEveryResponse } from '../core/oauth/oauth.js';

/** The parameter by which the element on the next page knows how the flow ended. */
const RESULT = 'monerium_result';
/** As long as an address that the element keeps. With it, the cookie has under 4096 bytes. */
const MAX_LENGTH = 2048;
/** What some parsers skip, or take for a slash. */
const UNSAFE = /[\0-\x1f\x7f\\]/;

const withoutResult = (path: string) => stripAuthorizationResponse(path, (name) => name === RESULT);

/**
 * A place on the own origin: its path, query and fragment, as a browser writes them. Without a
 * response of an authorization server, and without a result that an earlier flow has left.
 * `undefined` for anything that another parser could take for another origin.
 * @param value what anybody may have written into the address
 * @param routes the paths of the handler itself: a flow that leads back there would begin again
 */
export function readReturnTo(
  value: string | null,
  origin: string,
  routes: readonly string[],
): string | undefined {
  if (!value?.startsWith('/') || UNSAFE.test(value) || !URL.canParse(value, origin))
    return undefined;
  const url = new URL(value, origin);
  const isOwn = url.origin === origin && !value.startsWith('//') && !url.pathname.includes('//');
  if (!isOwn || routes.includes(url.pathname)) return undefined;
  const full = stripEveryResponse(withoutResult(url.pathname + url.search + url.hash));
  const path = full.length > MAX_LENGTH ? withoutQuery(full) : full;
  return path.length > MAX_LENGTH ? undefined : path;
}

/** The path with the result of the flow. Every other byte stays as it was. */
export function addResult(path: string, result: string): string {
  const withQuery = (_match: string, page: string, query: string) =>
    `${page}?${query && `${query}&`}${RESULT}=${result}`;
  return withoutResult(path).replace(/^([^?#]*)\??([^#]*)/, withQuery);
}
