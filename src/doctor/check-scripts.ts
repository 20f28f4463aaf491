import type { Facts, ScriptFacts } from './facts.js';
import { advice, ok, problem, type Finding } from './finding.js';

const COPY = 'Copy the tag of this version: docs/frameworks.md.';

/** The wallet file, its attributes, and the wallets of this browser. */
export function checkWallet({ wallet }: Facts): Finding[] {
  const { wanted, isLoaded, fault, count } = wallet;
  if (!wanted || wanted === 'none') return [];
  if (!isLoaded) {
    return [
      problem(
        'wallet-file',
        `wallet="${wanted}" needs a further file, and this page has not loaded it.`,
        "Add the tag of monerium-connect.wallet.min.js, or import 'monerium-connect/wallet'.",
      ),
    ];
  }
  if (fault) return [problem('wallet-attributes', `${fault}.`, 'Correct this attribute.')];
  if (count > 0) return [ok('wallet', `Wallets in this browser: ${count}.`)];
  const text = 'No wallet is in this browser: the customer goes on without one.';
  return [advice('wallet-none', text, 'Install one to try it, such as MetaMask.')];
}

/** Copies and versions of the script, and `integrity` of its tags. */
export function checkScripts({ scripts }: Facts): Finding[] {
  const found = [...checkCopies(scripts), ...scripts.flatMap(checkIntegrity)];
  if (found.length > 0 || scripts.length === 0) return found;
  return [ok('scripts', 'The script tags are of one version, and their integrity matches.')];
}

function checkCopies(scripts: readonly ScriptFacts[]): Finding[] {
  const versions = [...new Set(scripts.map(({ version }) => version).filter(Boolean))];
  if (versions.length > 1) {
    const text = `The script tags name the versions ${versions.join(' and ')}.`;
    return [problem('script-versions', text, 'Write the same version into all tags.')];
  }
  const copies = scripts.filter(({ file }) => /^monerium-connect(\.iife)?(\.min)?\.js$/.test(file));
  if (copies.length < 2) return [];
  const text = `The page has ${copies.length} tags of the element's script.`;
  return [problem('script-twice', text, 'Keep one: the module or the classic script.')];
}

function checkIntegrity(script: ScriptFacts): Finding[] {
  const { file, integrity, isForeign, hasCrossOrigin } = script;
  if (integrity === 'differs') {
    const text = `The integrity of ${file} is not that of the file: the browser refuses it.`;
    return [problem('integrity-mismatch', text, COPY)];
  }
  if (!isForeign) return [];
  if (integrity === 'none') {
    const text = `The tag of ${file} on another origin has no integrity.`;
    return [advice('integrity-missing', text, COPY)];
  }
  if (hasCrossOrigin) return [];
  const text = `The tag of ${file} has integrity and no crossorigin: the browser refuses it.`;
  return [problem('integrity-crossorigin', text, 'Add crossorigin="anonymous".')];
}
