/** Origins that a lax comparison takes for the site's own, by what they are. */
export const laxOrigins: [what: string, change: (own: URL) => string][] = [
  ['a foreign origin', () => 'https://foreign.example'],
  ['an origin that only begins like yours', ({ origin }) => `${origin}.foreign.example`],
  ['an origin that only ends like yours', ({ protocol, host }) => `${protocol}//foreign${host}`],
  ['a subdomain of your origin', ({ protocol, host }) => `${protocol}//foreign.${host}`],
  ['your host on another port', ({ protocol, hostname }) => `${protocol}//${hostname}:61234`],
  [
    'your host with the other scheme',
    ({ protocol, host }) => `${protocol === 'https:' ? 'http:' : 'https:'}//${host}`,
  ],
  ['your host without a scheme', ({ host }) => host],
  [
    'an origin with another letter for the dot',
    ({ protocol, host }) =>
      `${protocol}//${host.includes('.') ? host.replace('.', 'x') : `${host}x`}`,
  ],
  ['the origin null', () => 'null'],
];
