/** Monerium's names of the chains by their chain IDs. The first is for a wallet on any other. */
export type Chains = ReadonlyMap<number, string>;

const PRODUCTION: Chains = new Map([
  [1, 'ethereum'],
  [100, 'gnosis'],
  [137, 'polygon'],
  [500, 'camino'],
  [8453, 'base'],
  [42161, 'arbitrum'],
  [59144, 'linea'],
  [534352, 'scroll'],
]);

const SANDBOX: Chains = new Map([
  [11155111, 'sepolia'],
  [10200, 'chiado'],
  [80002, 'amoy'],
  [501, 'columbus'],
  [84532, 'basesepolia'],
  [421614, 'arbitrumsepolia'],
  [59141, 'lineasepolia'],
  [534351, 'scrollsepolia'],
]);

/**
 * The chains that Monerium knows in an environment.
 * @see Monerium's API documentation, "Chains"
 */
export function chainsOf(environment: string | null | undefined): Chains {
  return environment === 'production' ? PRODUCTION : SANDBOX;
}

/**
 * The chain that a customer is asked for: the one that the page wants, or the active one of the
 * wallet, or the first.
 */
export function chooseChain(chains: Chains, wanted: string | undefined, active: number) {
  const entries = [...chains];
  const found = entries.find(([id, name]) => (wanted ? name === wanted : id === active));
  const [id, name] = found ?? entries[0] ?? [active, ''];
  return { id, name };
}

/**
 * Reads the result of `eth_chainId`: `0x` and hex digits, as EIP-695 wants, or a number or decimal
 * digits, which some wallets return. `undefined` for anything else.
 */
export function readChainId(value: unknown): number | undefined {
  const isText = typeof value === 'string' && /^(0x[\da-f]+|\d+)$/i.test(value);
  const id = isText || typeof value === 'number' ? Number(value) : NaN;
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
