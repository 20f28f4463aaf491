// Runs in a page: providers that libraries hand out, for `walletProvider`.
import { createConfig, mock } from '@wagmi/core';
import { createWalletClient, custom, http, type EIP1193RequestFn } from 'viem';
import { gnosisChiado } from 'viem/chains';
import { createTestWallet } from '../../../demo/test-wallet.js';

const { provider } = createTestWallet();
const NODE = 'https://node.example';
const chain = { ...gnosisChiado, rpcUrls: { default: { http: [NODE] } } } as const;

/** A viem client is a provider itself: it has `request`. */
export const viem = createWalletClient({
  chain: gnosisChiado,
  transport: custom(provider as never),
});

/** The connector of wagmi for tests. It asks its node to sign, which is answered here. */
export async function connectWagmi(): Promise<{ request: EIP1193RequestFn }> {
  const [address = ''] = (await provider.request({ method: 'eth_accounts' })) as string[];
  const { fetch } = window;
  window.fetch = async (input, init) => {
    const { url } = new Request(input);
    if (!url.startsWith(NODE)) return fetch(input, init);
    const { id, method, params } = (await new Request(url, init).json()) as {
      id: number;
      method: string;
      params: unknown[];
    };
    const isSign = method === 'eth_sign';
    const call = isSign
      ? { method: 'personal_sign', params: [...params].reverse() }
      : { method, params };
    return Response.json({ jsonrpc: '2.0', id, result: await provider.request(call) });
  };
  const config = createConfig({
    chains: [chain],
    connectors: [mock({ accounts: [address as `0x${string}`] })],
    transports: { [chain.id]: http(NODE) },
  });
  const [connector] = config.connectors;
  await connector?.connect();
  return (await connector?.getProvider()) as { request: EIP1193RequestFn };
}

Object.assign(window, { libraries: { viem, connectWagmi } });
