import { buildSync } from 'esbuild';
import { compileFunction } from 'node:vm';
import { fileURLToPath } from 'node:url';
import type { createConnector } from '../../../src/core/connector.js';
import type { findFlow, hasFlows } from '../../../src/core/flow/flows.js';
import type { IDLE, machine } from '../../../src/core/flow/state.js';
import type { page } from '../../../src/core/browser/page.js';

/** A copy of the core as one page has it, with a memory of its own. */
export interface Core {
  readonly createConnector: typeof createConnector;
  // What follows is only looked at.
  readonly findFlow: typeof findFlow;
  readonly hasFlows: typeof hasFlows;
  readonly page: typeof page;
  readonly IDLE: typeof IDLE;
  /** For tests that break an arrow. */
  readonly machine: typeof machine;
}

const ENTRY = `
  export { createConnector } from './connector.js';
  export { findFlow, hasFlows } from './flow/flows.js';
  export { page } from './browser/page.js';
  export { IDLE, machine } from './flow/state.js';
`;

function bundle(): string {
  const resolveDir = fileURLToPath(new URL('../../../src/core', import.meta.url));
  const { outputFiles } = buildSync({
    stdin: { contents: ENTRY, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'core',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

const evaluate = compileFunction(`${bundle()}\nreturn core;`) as () => Core;

/** Evaluates the core, as a page does that loads the script: it reads the address at once. */
export function openCore(): Core {
  return evaluate();
}
