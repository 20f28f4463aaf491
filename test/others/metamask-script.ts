// Runs in a page before its own scripts: MetaMask's unchanged provider for pages, over a stream
// whose other end responds as the extension does.
import { initializeProvider } from '@metamask/providers';
import { Duplex } from 'readable-stream';
import { createTestWallet } from '../../demo/test-wallet.js';

interface Message {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown[];
}

const { answers, calls, provider } = createTestWallet();
answers.metamask_getProviderState = () => ({
  accounts: [],
  chainId: '0x27d8',
  networkVersion: '10200',
  isUnlocked: true,
  isConnected: true,
});
// The extension rejects with the code of EIP-1193, and the provider turns it into an error.
Object.assign(window, { testWallet: { answers, calls } });

const stream: Duplex = new Duplex({
  objectMode: true,
  read() {},
  write({ id, method, params }: Message, _: string, done: () => void) {
    done();
    const jsonrpc = '2.0';
    provider.request({ method, ...(params && { params }) }).then(
      (result) => stream.push({ jsonrpc, id, result }),
      ({ code, message }: { code: number; message: string }) =>
        stream.push({ jsonrpc, id, error: { code, message } }),
    );
  },
});

initializeProvider({
  connectionStream: stream,
  providerInfo: {
    uuid: crypto.randomUUID(),
    name: 'MetaMask',
    rdns: 'io.metamask',
    icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
  },
  shouldSetOnWindow: true,
});
