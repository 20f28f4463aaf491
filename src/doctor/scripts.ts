import type { ScriptFacts } from './facts.js';
import { fitsIntegrity } from './probes.js';

const OURS = /^[^?#]*\/monerium-connect(\.(iife|wallet|doctor))*(\.min)?\.js([?#]|$)/;
const VERSION = /monerium-connect@([\w.-]+)/;

async function readIntegrity({
  src,
  integrity,
}: HTMLScriptElement): Promise<ScriptFacts['integrity']> {
  if (!integrity) return 'none';
  const fits = await fitsIntegrity(src, integrity);
  return fits === undefined ? undefined : fits ? 'fits' : 'differs';
}

async function readScript(script: HTMLScriptElement): Promise<ScriptFacts> {
  const { origin, pathname } = new URL(script.src);
  return {
    src: origin + pathname,
    file: pathname.split('/').at(-1) ?? '',
    version: VERSION.exec(pathname)?.[1] ?? '',
    isForeign: origin !== location.origin,
    // A module is always asked for by CORS.
    hasCrossOrigin: script.crossOrigin !== null || script.type === 'module',
    integrity: await readIntegrity(script),
  };
}

/** The script tags of this package. */
export function readScripts(): Promise<ScriptFacts[]> {
  const all = [...document.querySelectorAll<HTMLScriptElement>('script[src]')];
  return Promise.all(all.filter(({ src }) => OURS.test(src)).map(readScript));
}
