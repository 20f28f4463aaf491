import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHAINS, sandboxChain } from '../../src/testing/emulator/wallet.js';
import { chainsOf, chooseChain, readChainId } from '../../src/wallet/chains.js';

describe('the chains', () => {
  it('are those that the emulator knows, in each environment', () => {
    const sandbox = [...chainsOf('sandbox').values()];
    assert.deepEqual([...sandbox].sort(), [...CHAINS].sort());
    const production = [...chainsOf('production').values()].map(sandboxChain);
    assert.deepEqual([...production].sort(), [...CHAINS].sort());
    assert.equal(chainsOf(undefined), chainsOf('sandbox'));
  });

  it('#121 are chosen by the page, or by the wallet, or by default', () => {
    for (const [environment, first, other] of [
      ['production', 'ethereum', { id: 100, name: 'gnosis' }],
      ['sandbox', 'sepolia', { id: 10200, name: 'chiado' }],
    ] as const) {
      const chains = chainsOf(environment);
      assert.equal(chooseChain(chains, undefined, 56).name, first);
      assert.deepEqual(chooseChain(chains, undefined, other.id), other);
      assert.deepEqual(chooseChain(chains, other.name, 56), other);
      for (const [id, name] of chains) {
        assert.deepEqual(chooseChain(chains, undefined, id), { id, name });
        assert.deepEqual(chooseChain(chains, name, other.id), { id, name });
      }
    }
  });

  it('are not those of the other environment', () => {
    assert.equal(chooseChain(chainsOf('sandbox'), undefined, 1).name, 'sepolia');
    assert.equal(chooseChain(chainsOf('production'), undefined, 11155111).name, 'ethereum');
  });
});

describe('a chain ID', () => {
  const READ: [unknown, number][] = [
    ['0x64', 100],
    ['0X64', 100],
    ['0x064', 100],
    ['100', 100],
    [100, 100],
    ['0xaa36a7', 11155111],
  ];
  // prettier-ignore
  const UNREAD: unknown[] = [
    '0x', '', ' 100', '1e2', '-100', '0x6g', '1.5', 'eip155:100', '0x0', '0',
    0, -1, 1.5, 1e30, NaN, Infinity, 100n, null, undefined, true, [100], { chainId: 100 },
    '0xffffffffffffffffffff', '9'.repeat(1000),
  ];

  for (const [value, id] of READ) {
    it(`#122 is read from ${JSON.stringify(value)}`, () => assert.equal(readChainId(value), id));
  }

  it('#122 is not read from anything else', () => {
    for (const value of UNREAD) assert.equal(readChainId(value), undefined, String(value));
  });
});
