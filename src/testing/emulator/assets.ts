import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The files that the emulator's pages load. */
export interface Assets {
  style: string;
  /** Of the portal's wallet page. */
  walletScript: string;
  /** Of the page that controls the emulator. */
  controlScript: string;
}

let assets: Promise<Assets> | undefined;

/** Bundles when a page first asks, once for all emulators of this process. */
export function loadAssets(): Promise<Assets> {
  return (assets ??= bundleAssets());
}

async function bundleAssets(): Promise<Assets> {
  const [style, walletScript, controlScript] = await Promise.all([
    readFile(new URL('portal.css', import.meta.url), 'utf8'),
    bundle('portal-wallet-script.ts'),
    bundle('control-page-script.ts'),
  ]);
  return { style, walletScript, controlScript };
}

async function bundle(name: string): Promise<string> {
  // Imported here: the package's command contains these files as text and needs no esbuild.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2022',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}
