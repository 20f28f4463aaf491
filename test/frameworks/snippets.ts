// The code that the site's configurator writes, in an app of its kind: each setting has a page of
// its own, at a path with its name.
import type { Kind } from '../../demo/site/snippets.js';
import { writeSnippet, type Configuration, type Release } from '../../demo/site/snippets.js';
import { DEMO_CLIENT_ID } from '../../src/testing/emulator/emulator.js';

/** The kind that each app is for. */
export const KINDS: Record<string, Kind> = {
  html: 'Script tag',
  shop: 'npm',
  react: 'React',
  vue: 'Vue',
  svelte: 'Svelte',
  angular: 'Angular',
  next: 'Next.js',
};

const PLAIN: Configuration = {
  attributes: { 'client-id': DEMO_CLIENT_ID },
  slots: {},
  styles: {},
  properties: {},
  lang: '',
};
const BACKEND = {
  ...PLAIN.attributes,
  'api-url': '/monerium',
  'backend-url': '/api/monerium',
};

/** What a customer sets in the configurator. Together they have every attribute. */
export const SETTINGS = {
  default: PLAIN,
  popup: { ...PLAIN, attributes: { ...BACKEND, mode: 'popup', 'success-url': '/thanks' } },
  wallet: {
    ...PLAIN,
    attributes: {
      ...BACKEND,
      wallet: 'sign-in',
      'app-name': 'Shop',
      'privacy-url': 'https://shop.example/privacy',
      'terms-url': 'https://shop.example/terms',
    },
    lang: 'de',
  },
  server: {
    ...PLAIN,
    attributes: { 'start-url': '/thanks', 'backend-url': '/api/monerium', 'stay-connected': true },
  },
  connected: {
    ...PLAIN,
    attributes: { ...BACKEND, profile: 'profile-1', 'user-id': 'user-1' },
    slots: { connected: 'Done' },
    properties: { exchange: "async () => ({ profile: 'p', userId: 'u' })" },
  },
  everything: {
    attributes: {
      ...BACKEND,
      environment: 'sandbox',
      'redirect-uri': '/everything/',
      'backend-credentials': 'include',
      mode: 'auto',
      email: `"ada" & {{name}} {x} \${y} \`z\` @if \\ 'q' <b>@shop.example`,
      'auth-mode': 'signup',
      'skip-kyc': true,
      chain: 'chiado',
      timeout: '5000',
      'stay-connected': true,
      disabled: true,
      appearance: 'outlined',
      size: 'large',
      text: 'pay',
      'icon-only': true,
      'with-hint': true,
      'with-disconnect': true,
      debug: true,
      required: true,
    },
    slots: { '': `Pay {now} & "here" @ <us>`, icon: '{{x}}' },
    styles: { '--monerium-connect-accent': '#0a7d4f' },
    properties: {
      backendHeaders: "{ 'x-csrf-token': 'token' }",
      strings: "{ retry: 'Again' }",
      walletProvider: '{ request: async () => null }',
    },
    lang: 'pt-BR',
  },
} satisfies Record<string, Configuration>;

export type Setting = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as Setting[];

/** Files of an app by their paths. */
type Files = Record<string, string>;

const HEAD = '<meta charset="utf-8" /><link rel="icon" href="data:," />';

/** A module that mounts the snippet which the path of the page names. */
function writeMain(lines: string[], name: string, mount: string, ending = ''): string {
  const loads = SETTING_NAMES.map(
    (setting) => `  ${setting}: () => import('./snippets/${setting}${ending}'),`,
  );
  return `${lines.join('\n')}
const snippets = {
${loads.join('\n')}
};
const setting = location.pathname.split('/')[1] as keyof typeof snippets;
void snippets[setting]().then(({ ${name}: Connect }) => {
  ${mount}
});
`;
}

/** What snippets only have in a comment, for a style sheet of the site. */
const stylesIn = (snippets: Record<Setting, string>) =>
  Object.values(snippets)
    .map((code) => /\/\* In your style sheet:\n([^]*?)\n\*\//.exec(code)?.[1] ?? '')
    .join('\n');

const writeIndex = (head: string, body: string) =>
  `<!doctype html>\n<html lang="en"><head>${HEAD}${head}</head><body>${body}</body></html>\n`;

const ROOT = (file: string) =>
  `<div id="root"></div><script type="module" src="/src/${file}"></script>`;

type Write = (snippets: Record<Setting, string>) => Files;

/** Each snippet by the pattern of its path. */
function place(snippets: Record<Setting, string>, path: (setting: Setting) => string): Files {
  return Object.fromEntries(SETTING_NAMES.map((name) => [path(name), snippets[name]]));
}

const asPages: Write = (snippets) =>
  Object.fromEntries(
    SETTING_NAMES.map((name) => [`${name}/index.html`, writeIndex('', snippets[name])]),
  );

/** The package is not on the CDN yet. The app has its files. */
const fromPackage = (html: string) =>
  html.replaceAll(
    /https:\/\/cdn\.jsdelivr\.net\/npm\/(monerium-connect)@[^/]+/g,
    '/node_modules/$1',
  );

const WRITE: Record<Kind, Write> = {
  'Script tag': (snippets) => {
    const pages = Object.entries(asPages(snippets));
    return Object.fromEntries(pages.map(([path, html]) => [path, fromPackage(html)]));
  },
  npm: (snippets) => ({
    ...asPages(snippets),
    'vite.config.js': `export default { build: { target: 'es2022', rollupOptions: { input: ${JSON.stringify(
      SETTING_NAMES.map((name) => `${name}/index.html`),
    )} } } };\n`,
  }),
  React: (snippets) => ({
    ...place(snippets, (name) => `src/snippets/${name}.tsx`),
    'index.html': writeIndex(`<style>${stylesIn(snippets)}</style>`, ROOT('main.tsx')),
    'src/main.tsx': writeMain(
      ["import { StrictMode } from 'react';", "import { createRoot } from 'react-dom/client';"],
      'Connect',
      "createRoot(document.querySelector('#root')!).render(<StrictMode><Connect /></StrictMode>);",
    ),
  }),
  Vue: (snippets) => ({
    ...place(snippets, (name) => `src/snippets/${name}.vue`),
    'index.html': writeIndex('', ROOT('main.ts')),
    'src/main.ts': writeMain(
      ["import { createApp } from 'vue';"],
      'default',
      "createApp(Connect).mount('#root');",
      '.vue',
    ),
  }),
  Svelte: (snippets) => ({
    ...place(snippets, (name) => `src/snippets/${name}.svelte`),
    'index.html': writeIndex('', ROOT('main.ts')),
    'src/main.ts': writeMain(
      ["import { mount } from 'svelte';"],
      'default',
      "mount(Connect, { target: document.querySelector('#root')! });",
      '.svelte',
    ),
  }),
  Angular: (snippets) => ({
    ...place(snippets, (name) => `src/snippets/${name}.ts`),
    'src/index.html': writeIndex(
      `<base href="/" /><style>${stylesIn(snippets)}</style>`,
      '<app-connect></app-connect>',
    ),
    'src/main.ts': writeMain(
      ["import { bootstrapApplication } from '@angular/platform-browser';"],
      'ConnectComponent',
      'void bootstrapApplication(Connect);',
    ),
  }),
  'Next.js': (snippets) => ({
    ...place(snippets, (name) => `app/${name}/connect.tsx`),
    ...Object.fromEntries(
      SETTING_NAMES.map((name) => [
        `app/${name}/page.tsx`,
        "import { Connect } from './connect';\n\nexport default function Page() {\n  return <Connect />;\n}\n",
      ]),
    ),
    'app/layout.css': stylesIn(snippets),
  }),
};

/** The page of a script tag with the `integrity` of another file. */
export const WRONG = 'wrong';

export function writeWrong({ version, integrity }: Release): Files {
  const { 'monerium-connect.wallet.min.js': other = '' } = integrity;
  const release = { version, integrity: { 'monerium-connect.min.js': other } };
  const html = writeIndex('', writeSnippet('Script tag', PLAIN, release));
  return { [`${WRONG}/index.html`]: fromPackage(html) };
}

/** The files that put the snippets into an app of the kind. */
export function writeFiles(kind: Kind, release: Release): Files {
  const snippets = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, writeSnippet(kind, SETTINGS[name], release)]),
  ) as Record<Setting, string>;
  return WRITE[kind](snippets);
}
