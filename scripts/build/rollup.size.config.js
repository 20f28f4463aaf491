// What is weighed and not shipped: code as an application's own bundler would make it.
// `.size-limit.json` holds the limits of these files, and of the script file that is shipped.
import { isLit, minified } from './rollup.config.js';

/**
 * @param {string} name
 * @param {string} input
 */
const weighed = (name, input) => ({
  ...minified('es', [isLit]),
  input,
  output: { file: `build/size/${name}.js`, inlineDynamicImports: true },
});

export default [
  weighed('without-lit', 'src/define.ts'),
  weighed('core', 'src/core/connector.ts'),
  weighed('server', 'scripts/build/server-exchange.ts'),
  weighed('server-connect', 'scripts/build/server-connect.ts'),
  weighed('server-and-connections', 'scripts/build/server-and-connections.ts'),
  ...['sql', 'valkey', 'node'].map((name) => weighed(`server-${name}`, `src/server/${name}.ts`)),
];
