// ACCESSIBILITY.md names tests: each has to be there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { it } from 'node:test';

const text = readFileSync(new URL('../../ACCESSIBILITY.md', import.meta.url), 'utf8');
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

it('every test that ACCESSIBILITY.md names is there', () => {
  const named = [...text.matchAll(/`(test\/[^`]+)`: “([^”]+)”/g)];
  assert.equal(named.length > 20, true);
  const missing = named
    .map(([, file = '', title = '']) => ({ file, start: title.split('…')[0] ?? '' }))
    .filter(({ file, start }) => !read(file).includes(start));
  assert.deepEqual(missing, []);
});

it('no criterion is shown by a document, but where a text is the measure', () => {
  const shown = [...text.matchAll(/^\| \d.*\| *`(docs\/[^`]+)` *\|$/gm)].map(([, file]) => file);
  assert.deepEqual(shown, ['docs/errors.md']);
});

it('every other file that ACCESSIBILITY.md names is there', () => {
  const files = [...text.matchAll(/`((?:src|docs|test)\/[^`]+)`/g)].map(([, file = '']) => file);
  const root = new URL('../../', import.meta.url);
  assert.deepEqual(
    files.filter((file) => !existsSync(new URL(file, root))),
    [],
  );
});
