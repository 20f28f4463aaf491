import { loadAssets } from '../../src/testing/emulator/assets.js';

/**
 * The emulator bundles what its pages load when it starts. Where there are no sources to bundle,
 * the bundle contains the result.
 * @type {import('esbuild').Plugin}
 */
export const withAssets = {
  name: 'with-assets',
  setup({ onLoad }) {
    onLoad({ filter: /emulator[/\\]assets\.ts$/ }, async () => {
      const assets = JSON.stringify(await loadAssets());
      return { contents: `export const loadAssets = async () => (${assets});` };
    });
  },
};
