// Each language by itself. How they look in a button is seen in test/unit/languages.test.ts.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { languages } from '../../scripts/build/rollup.config.js';
import { LANGUAGES } from '../../src/locales/languages.js';
import { registry } from '../../src/locales/registry.js';
import { english, walletEnglish } from '../../src/core/texts.js';

const MAX_BYTES = 1024;
const skip = !existsSync('dist/locales') && 'no build: run `npm run build` first';
const all: Record<string, string> = { ...english, ...walletEnglish };
const KEYS = Object.keys(all);

/** The 23 official languages of the EU besides English, and those of its neighbours and guests. */
const PROMISED =
  'bg hr cs da nl et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv is nb no uk tr ar he pt-br';

/** The script of a language, where it is not the Latin one. */
const SCRIPTS: Record<string, string> = {
  ar: 'Arabic',
  bg: 'Cyrillic',
  el: 'Greek',
  he: 'Hebrew',
  uk: 'Cyrillic',
};
/** Words that stay Latin in every language. */
const LATIN = /Monerium(\.com)?|https|cookies?|e-mail|\{\w+\}/gi;

/** What the file of a language registers. */
async function readTexts(language: string): Promise<Record<string, string>> {
  await import(`../../src/locales/${language}.ts`);
  const entry = registry.find(([tags]) => tags === language);
  assert.ok(entry, `${language} registers itself`);
  return entry[1] as Record<string, string>;
}

function placeholders(text: string): string[] {
  return text.match(/[{}<>$]\w*\}?/g) ?? [];
}

describe('the languages of npm', () => {
  it('load each by its tag, and nothing for another one', async () => {
    await import('../../src/locales/index.js');
    const [tags, load] = registry.at(-1) ?? [];
    assert.equal(tags, LANGUAGES);
    assert.ok(typeof load === 'function', 'there is a loader');
    for (const tag of LANGUAGES.split(' ')) await load(tag);
    const loaded = registry.filter(([, value]) => typeof value === 'object').map(([tag]) => tag);
    for (const tag of LANGUAGES.split(' ')) assert.ok(loaded.includes(tag), `${tag} is loaded`);
    assert.equal(await load('xx'), undefined);
  });
});

describe('the languages', () => {
  it('are those that are promised', () => {
    const missing = PROMISED.split(' ').filter((name) => !languages.includes(name));
    assert.deepEqual(missing, []);
    assert.ok(languages.length >= 31, String(languages.length));
  });

  it('are all known to the loader of npm, and to the script files', async () => {
    await import('../../src/locales/index.js');
    const known = registry.filter(([, value]) => typeof value === 'function');
    assert.deepEqual(
      known.map(([tags]) => tags.split(' ')),
      [languages],
    );
    assert.deepEqual(LANGUAGES.split(' '), languages);
  });

  it('are files without a stray one beside them', () => {
    const others = ['index', 'languages', 'not-imported', 'norwegian', 'registry'];
    const expected = [...languages, ...others].map((name) => `${name}.ts`).sort();
    assert.deepEqual(readdirSync('src/locales').sort(), expected);
  });
});

for (const language of languages) {
  describe(`the language ${language}`, () => {
    it('has every key, and no other', async () => {
      const texts = await readTexts(language);
      assert.deepEqual(Object.keys(texts).sort(), [...KEYS].sort());
      for (const [key, text] of Object.entries(texts)) {
        assert.equal(text, text.trim(), key);
        assert.notEqual(text, '', key);
      }
    });

    it('has the placeholders of English, each in its place', async () => {
      for (const [key, text] of Object.entries(await readTexts(language))) {
        assert.deepEqual(placeholders(text), placeholders(all[key] ?? ''), `${key}: ${text}`);
      }
    });

    it('is written in its own script, and in one form of each character', async () => {
      const foreign = new RegExp(`\\p{L}`, 'gu');
      const own = new RegExp(`\\p{Script=${SCRIPTS[language] ?? 'Latin'}}`, 'u');
      for (const [key, text] of Object.entries(await readTexts(language))) {
        const letters = text.replaceAll(LATIN, '').match(foreign) ?? [];
        assert.deepEqual(
          letters.filter((letter) => !own.test(letter)),
          [],
          `${key}: ${text}`,
        );
        assert.equal(text, text.normalize('NFC'), key);
      }
    });

    it('is translated', async () => {
      const texts = Object.entries(await readTexts(language));
      const same = texts.filter(([key, text]) => text === all[key]);
      assert.deepEqual(same, []);
    });

    it('is small', { skip }, () => {
      const { length } = brotliCompressSync(readFileSync(`dist/locales/${language}.min.js`));
      assert.ok(length <= MAX_BYTES, `${length} bytes`);
    });

    it('names Monerium in its labels', async () => {
      const texts = await readTexts(language);
      for (const key of ['connect', 'continue', 'sign-in', 'sign-up', 'pay']) {
        assert.match(texts[key] ?? '', /Monerium/);
      }
    });
  });
}
