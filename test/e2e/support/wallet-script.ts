// Runs in a page before its own scripts: the wallet of the customer.
import { createTestWallet } from '../../../demo/test-wallet.js';

const testWallet = createTestWallet();
Object.assign(window, { testWallet });
if (!document.currentScript?.hasAttribute('data-silent')) testWallet.announce();
