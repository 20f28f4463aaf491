import type { MoneriumConnect } from '../src/index.js';
import { transportTo } from './transport.js';

/** The network of the sandbox on which the throwaway address is linked. */
const CHAIN = 'chiado';
const AMOUNT = '1.00';

/**
 * Uses the connection with Monerium's own SDK: reads the profile, links a throwaway address and
 * sends one euro from there to the customer's IBAN. `report` is called with each result.
 */
export async function placeTestOrder(
  element: MoneriumConnect,
  profileId: string,
  report: (name: string, value: string) => void,
): Promise<void> {
  // Loaded on use: both are larger than the element itself.
  const [sdk, { generatePrivateKey, privateKeyToAccount }] = await Promise.all([
    import('@monerium/sdk'),
    import('viem/accounts'),
  ]);
  const monerium = sdk.createMoneriumClient({
    environment: 'sandbox',
    getAccessToken: () => element.getAccessToken(),
    transport: transportTo(element.apiUrl ?? ''),
  });

  const profile = await monerium.getProfile(profileId);
  report('Profile', `${profile.name}, ${profile.kind}, ${profile.state}`);

  // In a real shop the customer's wallet has the key and signs.
  const wallet = privateKeyToAccount(generatePrivateKey());
  const message = sdk.constants.LINK_MESSAGE;
  await monerium.linkAddress({
    profile: profileId,
    address: wallet.address,
    chain: CHAIN,
    message,
    signature: await wallet.signMessage({ message }),
  });
  report('Address', `${sdk.shortenAddress(wallet.address)}, linked on ${CHAIN}`);

  const { ibans } = await monerium.getIbans({ profile: profileId });
  const iban = ibans[0]?.iban;
  if (iban === undefined) throw new Error('The customer has no IBAN');
  report('IBAN', iban);

  const order = sdk.placeOrderMessage(AMOUNT, sdk.Currency.eur, iban);
  const placed = await monerium.placeOrder({
    amount: AMOUNT,
    currency: sdk.Currency.eur,
    address: wallet.address,
    chain: CHAIN,
    counterpart: {
      identifier: { standard: sdk.PaymentStandard.iban, iban },
      details: { firstName: 'Test', lastName: 'Customer', country: 'EE' },
    },
    message: order,
    signature: await wallet.signMessage({ message: order }),
    memo: 'Test order',
  });
  report('Order', 'id' in placed ? `EUR ${placed.amount}, ${placed.state}` : placed.statusText);
}
