// Counts every byte that a page fetches from load to `connected`, and the backend half, and fails
// above the budget.
// Needs a fresh `npm run build`: the file that is shipped is the one that is weighed.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rollup } from 'rollup';
import { server, withoutLit } from './rollup.config.js';

const script = 'dist/monerium-connect.min.js';

function isStale() {
  if (!existsSync(script)) return true;
  const built = statSync(script).mtimeMs;
  const sources = readdirSync('src', { recursive: true }).map((name) => join('src', String(name)));
  return sources.some((file) => statSync(file).mtimeMs > built);
}

/** @param {import('rollup').RollupOptions} options */
async function bundled(options) {
  const bundle = await rollup(options);
  const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true });
  await bundle.close();
  return Buffer.from(output[0].code);
}

/**
 * The map's address on the last line is part of what is fetched, the map itself is not.
 * @param {string} name
 * @param {Buffer} bytes
 * @param {number} limit
 */
function weigh(name, bytes, limit) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const brotli = brotliCompressSync(bytes, { params }).length;
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli, limit };
}

if (isStale()) {
  console.error(`${script} is missing or older than src/: run \`npm run build\` first.`);
  process.exit(1);
}

const weights = [
  weigh(`with Lit: ${script}`, readFileSync(script), 14_336),
  weigh('npm entry without Lit', await bundled(withoutLit()), 9_216),
  weigh('server with all it imports', await bundled(server()), 4_096),
];
for (const { name, raw, gzip, brotli, limit } of weights) {
  const verdict = brotli > limit ? `${brotli - limit} bytes over` : `${limit - brotli} bytes left`;
  console.log(name);
  console.log(`  raw ${raw}, gzip ${gzip}, brotli ${brotli}; limit ${limit}: ${verdict}`);
}
process.exitCode = weights.some(({ brotli, limit }) => brotli > limit) ? 1 : 0;
