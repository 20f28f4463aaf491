import { rollup, type OutputOptions, type RollupOptions } from 'rollup';
import configurations from '../../../scripts/build/rollup.config.js';

/** The script by what makes it: one build can write it under several names. */
const built = new Map<RollupOptions, Promise<string>>();

const outputsOf = ({ output }: RollupOptions): OutputOptions[] => (output ? [output].flat() : []);

async function build(configuration: RollupOptions): Promise<string> {
  const bundle = await rollup({ ...configuration, logLevel: 'silent' });
  const { output: chunks } = await bundle.generate(outputsOf(configuration)[0] ?? {});
  await bundle.close();
  return chunks[0].code;
}

/** A script file as the build writes it into `dist`, made once for each process. */
export async function buildScript(file: string): Promise<string> {
  const configuration = configurations.find((one) =>
    outputsOf(one).some((output) => output.file === `dist/${file}`),
  );
  if (!configuration) throw new Error(`The build writes no ${file}.`);
  const script = built.get(configuration) ?? build(configuration);
  built.set(configuration, script);
  return script;
}
