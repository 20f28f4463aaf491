import { rollup, type OutputOptions, type RollupOptions } from 'rollup';
import configurations from '../../../scripts/build/rollup.config.js';

const built = new Map<string, Promise<string>>();

const outputsOf = ({ output }: RollupOptions): OutputOptions[] => (output ? [output].flat() : []);

async function build(file: string): Promise<string> {
  for (const configuration of configurations) {
    const output = outputsOf(configuration).find((one) => one.file === `dist/${file}`);
    if (!output) continue;
    const bundle = await rollup({ ...configuration, logLevel: 'silent' });
    const { output: chunks } = await bundle.generate(output);
    await bundle.close();
    return chunks[0].code;
  }
  throw new Error(`The build writes no ${file}.`);
}

/** A script file as the build writes it into `dist`, made once for each process. */
export function buildScript(file: string): Promise<string> {
  const script = built.get(file) ?? build(file);
  built.set(file, script);
  return script;
}
