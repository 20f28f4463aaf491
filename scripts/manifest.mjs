// Writes custom-elements.json; with `--check` only compares, and fails when the file is stale.
// @ts-expect-error The analyzer has types for its configuration only.
import { cli } from '@custom-elements-manifest/analyzer/cli.js';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const file = 'custom-elements.json';
const config = 'scripts/custom-elements-manifest.config.js';

const manifest = await cli({ argv: ['analyze', '--config', config], noWrite: true });
const modules = /** @type {{ declarations: unknown[] }[]} */ (manifest.modules);
if (!modules.some(({ declarations }) => declarations.length > 0)) {
  console.error('The manifest is empty: is the element in src/monerium-connect.ts?');
  process.exit(1);
}
// Formatted like every other file, so that the format check need not leave it out.
const style = await resolveConfig(file);
const fresh = await format(JSON.stringify(manifest), { ...style, parser: 'json' });

if (!process.argv.includes('--check')) {
  writeFileSync(file, fresh);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== fresh) {
  console.error(`${file} is stale: run \`npm run manifest\` and commit it.`);
  process.exit(1);
}
