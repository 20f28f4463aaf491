// The wallet file: adds wallets to every <monerium-connect> of the page. It runs before or after
// the element's own script, and imports nothing of it. Of several copies, the first counts.
import { WALLET_KEY, type WalletEntry } from '../core/oauth/wallet.js';
import { entry } from './entry.js';

export type { WalletProof, WalletProvider } from '../core/oauth/wallet.js';

const registry = globalThis as { [key: symbol]: WalletEntry | undefined };
registry[WALLET_KEY] ??= entry;
