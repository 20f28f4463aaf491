/** An application that may send customers to Monerium. */
export interface Client {
  clientId: string;
  /** Shown to the customer, who is asked to approve it. */
  name: string;
  /** Compared exactly, character by character. See {@link assertRedirectUri}. */
  redirectUris: string[];
  /** A wallet that signs in names both, as they are here. Without them it cannot. */
  privacyUrl?: string;
  termsUrl?: string;
}

/**
 * Checks a redirect URI before it is registered: absolute, without fragment (RFC 6749, section
 * 3.1.2), `https:` or on this machine `http:` (RFC 9700, section 2.6). Browsers run `javascript:`,
 * and a code in the URI of another scheme can reach another application.
 *
 * @throws TypeError that names the URI and what is wrong with it
 */
export function assertRedirectUri(uri: string): void {
  const fault = findFault(uri);
  if (fault) throw new TypeError(`The redirect URI '${uri}' ${fault}.`);
}

function findFault(uri: string): string | undefined {
  if (!/^[!-~]*$/.test(uri)) return 'has white space or characters outside of ASCII';
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return 'is no absolute http or https URL';
  if (uri.includes('#')) return 'has a fragment';
  const { protocol, hostname, username, password } = new URL(uri);
  if (username || password) return 'has a user name or password';
  if (hostname.includes('*')) return 'has a wildcard';
  if (protocol === 'http:' && !isThisMachine(hostname)) return 'needs https';
  return undefined;
}

function isThisMachine(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
