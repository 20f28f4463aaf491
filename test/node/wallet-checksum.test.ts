import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checksumAddress, type Hex } from 'viem';
import { addChecksum } from '../../src/wallet/checksum.js';
import { runs } from '../helpers/runs.js';

const COUNT = runs(100_000);

function createAddress(): Hex {
  return `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString('hex')}`;
}

describe('the checksum of an address', () => {
  it('is that of the examples in EIP-55', () => {
    for (const address of [
      '0x52908400098527886E0F7030069857D2E4169EE7',
      '0xde709f2102306220921060314715629080e2fb77',
      '0x27b1fdb04752bbc536007a920d24acb045561c26',
      '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    ]) {
      assert.equal(addChecksum(address.toLowerCase()), address);
      assert.equal(addChecksum(`0x${address.slice(2).toUpperCase()}`), address);
    }
  });

  it(`#118 equals viem's for ${COUNT} addresses`, () => {
    for (let count = 0; count < COUNT; count += 1) {
      const address = createAddress();
      assert.equal(addChecksum(address), checksumAddress(address));
    }
  });
});
