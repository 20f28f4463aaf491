// The code that the site's configurator writes, built by the compiler of each place.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import ts from 'typescript';
import { attributes } from '../../demo/site/manifest.js';
import {
  KINDS,
  writeFiles,
  writeRedirectPage,
  writeSnippet,
  type Configuration,
  type Kind,
  type Release,
} from '../../demo/site/snippets.js';
import { requirePackage, skipWithout } from '../../scripts/setup/folders.mjs';
import { SETTINGS } from '../frameworks/snippets.js';

const skip = !existsSync('dist/integrity.json') && 'run `npm run build` first';

const RELEASE = {
  version: '1.2.3',
  integrity: {
    'monerium-connect.min.js': 'sha384-element',
    'monerium-connect.wallet.min.js': 'sha384-wallet',
  },
};

const NOTHING: Configuration = { attributes: {}, slots: {}, styles: {}, properties: {}, lang: '' };
const PLAIN: Configuration = { ...NOTHING, attributes: { 'client-id': 'id' } };
/** With everything that a place could stumble over. */
const FULL: Configuration = {
  attributes: {
    'client-id': 'id',
    'icon-only': true,
    timeout: '5000',
    wallet: 'sign-in',
    'app-name': `a "quoted" & <braced> {{name}} {x} \${y} \`z\` @if \\ 'single'`,
  },
  slots: { '': `Connect {now} & "here" @ <us>`, connected: 'Done {{x}}' },
  styles: { '--monerium-connect-accent': '#0a7d4f' },
  properties: {
    backendHeaders: "{ 'x-csrf-token': 'token' }",
    exchange: "async () => ({ profile: 'p', userId: 'u' })",
  },
  lang: 'pt-BR',
};
const CONFIGURATIONS = { nothing: NOTHING, 'an attribute': PLAIN, everything: FULL };

/** The package, as it is here; a framework is left out. */
const ownPackage: Plugin = {
  name: 'own-package',
  setup({ onResolve }) {
    const entries: Record<string, string> = {
      'monerium-connect': 'src/index.ts',
      'monerium-connect/locales': 'src/locales/index.ts',
      'monerium-connect/react': 'src/react.ts',
      'monerium-connect/wallet': 'src/wallet/wallet.ts',
    };
    onResolve({ filter: /^monerium-connect/ }, ({ path }) => {
      const file = entries[path];
      return file ? { path: resolve(file) } : { errors: [{ text: `no entry ${path}` }] };
    });
    onResolve({ filter: /^(react|@lit\/react|vue|svelte|@angular)/ }, ({ path }) => ({
      path,
      external: true,
    }));
  },
};

async function bundle(contents: string, loader: 'ts' | 'tsx'): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents, loader, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    logLevel: 'silent',
    plugins: [ownPackage],
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false, experimentalDecorators: true } },
  });
  assert.deepEqual(warnings, []);
  return outputFiles.map(({ text }) => text).join('');
}

/** The contents of a tag in a file of markup. */
const inside = (code: string, tag: string) =>
  new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`).exec(code)?.[1] ?? '';

async function buildVue(code: string): Promise<void> {
  const vue = requirePackage('vue/compiler-sfc', 'test/types');
  const { compileScript, compileTemplate, parse } = vue;
  const { descriptor, errors } = parse(code);
  assert.deepEqual(errors, []);
  const compilerOptions = { isCustomElement: (tag: string) => tag === 'monerium-connect' };
  const source = descriptor.template?.content ?? '';
  const template = compileTemplate({ source, filename: 'a.vue', id: 'a', compilerOptions });
  assert.deepEqual(template.errors, []);
  const script = compileScript(descriptor, { id: 'a', inlineTemplate: false });
  await bundle(script.content, 'ts');
}

async function buildSvelte(code: string): Promise<void> {
  const { compile } = requirePackage('svelte/compiler', 'test/types');
  const { js, warnings } = compile(code, { filename: 'a.svelte' });
  assert.deepEqual(warnings, []);
  await bundle(js.code, 'ts');
}

function assertSyntax(code: string, fileName: string): void {
  const { diagnostics = [] } = ts.transpileModule(code, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: { jsx: ts.JsxEmit.ReactJSX, experimentalDecorators: true },
  });
  assert.deepEqual(
    diagnostics.map(({ messageText }) => messageText),
    [],
  );
}

/** Their compilers are apart. */
const skipCompiler: Partial<Record<Kind, string | false>> = {
  Vue: skipWithout('test/types'),
  Svelte: skipWithout('test/types'),
};

const BUILDS: Record<Kind, (code: string) => Promise<void>> = {
  async 'Script tag'(code) {
    assertSyntax(inside(code.split('</monerium-connect>')[1] ?? '', 'script'), 'a.js');
  },
  npm: async (code) => void (await bundle(inside(code, 'script'), 'ts')),
  async React(code) {
    assertSyntax(code, 'a.tsx');
    await bundle(code, 'tsx');
  },
  Vue: buildVue,
  Svelte: buildSvelte,
  async Angular(code) {
    assertSyntax(code, 'a.ts');
    await bundle(code, 'ts');
  },
  async 'Next.js'(code) {
    assertSyntax(code, 'a.tsx');
    await bundle(code, 'tsx');
  },
};

describe('the code that the configurator writes', () => {
  for (const kind of KINDS) {
    for (const [name, configuration] of Object.entries(CONFIGURATIONS)) {
      it(`builds for ${kind} with ${name}`, { skip: skipCompiler[kind] ?? false }, async () => {
        await BUILDS[kind](writeSnippet(kind, configuration, RELEASE));
      });
    }

    it(`has all that is set for ${kind}`, () => {
      const code = writeSnippet(kind, FULL, RELEASE);
      const isReact = kind === 'React' || kind === 'Next.js';
      const names = isReact ? ['clientId', 'iconOnly'] : ['client-id', 'icon-only'];
      for (const part of [...names, '5000', 'pt-BR', '#0a7d4f', 'x-csrf-token']) {
        assert.ok(code.includes(part), part);
      }
    });

    it(`has a link and no client for ${kind}, where the server starts the flow`, () => {
      const { attributes, properties } = FULL;
      const server = { ...attributes, 'start-url': '/shop/start', 'redirect-uri': '/connect.html' };
      const configuration = { ...FULL, attributes: { ...server, mode: 'popup' }, properties };
      const code = writeSnippet(kind, configuration, RELEASE);
      assert.match(code, /<a slot="fallback" href="\/shop\/start">Connect with Monerium<\/a>/);
      assert.match(code, /stay-?connected/i);
      assert.doesNotMatch(code, /client-?id|redirect-?uri|mode|sign-in|exchange =|exchange=/i);
    });

    it(`names the client that is to be replaced for ${kind}`, () => {
      assert.match(writeSnippet(kind, NOTHING, RELEASE), /"your-client-id"/);
    });
  }

  it('names the file that Next.js needs for the address', () => {
    const code = writeSnippet('Next.js', FULL, RELEASE);
    assert.match(code, /instrumentation-client\.ts[^]*import 'monerium-connect\/element';/);
  });

  it('is run with every attribute, by `npm run test:frameworks`', () => {
    const set = Object.values(SETTINGS).flatMap((setting) => Object.keys(setting.attributes));
    assert.deepEqual(
      attributes.map(({ name }) => name).filter((name) => !set.includes(name)),
      [],
    );
  });

  it('has the integrity that the file has', { skip }, () => {
    const integrity = JSON.parse(
      readFileSync('dist/integrity.json', 'utf8'),
    ) as Release['integrity'];
    const { wallet } = SETTINGS;
    const code = writeSnippet('Script tag', wallet, { version: '1.2.3', integrity });
    const tags = [...code.matchAll(/\/dist\/([\w.-]+)"\s+integrity="sha384-([^"]+)"/g)];
    assert.equal(tags.length, 2);
    for (const [, file = '', value] of tags) {
      const digest = createHash('sha384')
        .update(readFileSync(`dist/${file}`))
        .digest('base64');
      assert.equal(value, digest, file);
    }
  });

  it('cannot be ended by a colour that a link sets', () => {
    const styles = { '--monerium-connect-accent': 'red;}</style>*/alert(1)/*{' };
    for (const kind of KINDS) {
      const code = writeSnippet(kind, { ...PLAIN, styles }, RELEASE);
      assert.match(code, /accent: red\/style>\/alert\(1\)\/;/);
    }
  });

  it('has the redirect page of the examples, with the tag that is set', () => {
    const page = readFileSync('examples/connect.html', 'utf8');
    const attributes = { 'redirect-uri': '/connect.html', 'backend-url': '/api/monerium' };
    const own = { version: '', integrity: {} };
    const kept = { ...NOTHING, attributes: { ...attributes, 'stay-connected': true as const } };
    assert.equal(writeRedirectPage(page, kept, own), page);
    const german = writeRedirectPage(page, { ...FULL, lang: 'de' }, own);
    assert.match(german, /<html lang="de">[^]*Finishing your connection…[^]*app-name="a &quot;/);
    assert.doesNotMatch(german, /your-client-id/);
  });

  it("has the server's half, with the address that is set", () => {
    const server = readFileSync('examples/server-start.ts', 'utf8');
    const write = (attributes: Record<string, string>) =>
      writeFiles('npm', { ...NOTHING, attributes }, RELEASE, { page: '', server });
    const backend = { 'backend-url': '/shop/session' };
    const code = write({ ...backend, 'start-url': '/shop/start' })['Your server'];
    assert.match(code ?? '', /use\('\/shop', toNodeListener/);
    const planted = write({ ...backend, 'start-url': "/');alert('/start" });
    assert.equal(planted['Your server'], server);
    const files = Object.keys(write({ 'redirect-uri': '/connect.html' }));
    assert.deepEqual(files, ['Your page', 'Redirect page']);
  });

  it('names the version and the integrity of each file', () => {
    const code = writeSnippet('Script tag', FULL, RELEASE);
    assert.match(code, /@1\.2\.3\/dist\/monerium-connect\.min\.js"\s+integrity="sha384-element"/);
    assert.match(code, /monerium-connect\.wallet\.min\.js"\s+integrity="sha384-wallet"/);
  });
});
