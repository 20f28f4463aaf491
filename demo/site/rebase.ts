// The emulator believes that it is at the root of its origin. On the site it is in a folder.

/**
 * Moves a response of the emulator into its folder: redirects, and the links of its pages.
 * @param prefix of the folder, such as `/site/monerium`
 * @param site where the script lies that keeps the worker awake
 */
export async function rebase(answer: Response, prefix: string, site: string): Promise<Response> {
  const headers = new Headers(answer.headers);
  const location = headers.get('location');
  if (location?.startsWith('/')) headers.set('location', prefix + location);
  // An error of the network has no status that a new response could have.
  if (answer.type === 'error') return answer;
  const { status } = answer;
  if (!/^text\/html/.test(headers.get('content-type') ?? '')) {
    return new Response(answer.body, { status, headers });
  }
  headers.set(
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
      "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  );
  const page = (await answer.text())
    .replaceAll(/ (action|src|href)="\//g, ` $1="${prefix}/`)
    .replace('</head>', `<script src="${site}awake.js" defer></script></head>`);
  return new Response(page, { status, headers });
}
