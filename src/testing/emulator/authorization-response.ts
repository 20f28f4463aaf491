/**
 * The redirect URI with the response parameters in its query. The URI is not parsed and serialized:
 * every character of it stays as it was registered.
 */
export function authorizationResponseUrl(
  redirectUri: string,
  parameters: Record<string, string | undefined>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value);
  }
  return redirectUri + separator(redirectUri) + query.toString();
}

function separator(uri: string): string {
  if (!uri.includes('?')) return '?';
  return /[?&]$/.test(uri) ? '' : '&';
}
