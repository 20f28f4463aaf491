// All end-to-end tests, in one process: so they share their browsers. `PART=1/2` takes every second
// file, and `BROWSERS` names the engine.
import { readdirSync } from 'node:fs';
import { runsIn } from '../chosen.mjs';
import { engine } from './support/browser.js';

const [part = 1, parts = 1] = (process.env['PART'] ?? '1/1').split('/').map(Number);
const names = readdirSync(new URL('.', import.meta.url)).flatMap((file) => {
  const [, name = ''] = /^(.*)\.test\.ts$/.exec(file) ?? [];
  return name && runsIn(engine, 'e2e', name) ? [name] : [];
});
for (const [index, name] of names.sort().entries()) {
  if (index % parts === part - 1) await import(`./${name}.test.ts`);
}
