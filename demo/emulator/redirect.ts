/**
 * The redirect URI with the answer in its query. The URI is not parsed, since an application may
 * compare it byte for byte with the one that it registered.
 */
export function redirectTarget(
  redirectUri: string,
  answer: Record<string, string | undefined>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(answer)) {
    if (value !== undefined) query.set(name, value);
  }
  return redirectUri + separator(redirectUri) + query.toString();
}

function separator(uri: string): string {
  if (!uri.includes('?')) return '?';
  return /[?&]$/.test(uri) ? '' : '&';
}
