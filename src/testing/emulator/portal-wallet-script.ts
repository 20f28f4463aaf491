/** Runs in the browser, on the portal's wallet page: makes a key, signs and submits the form. */
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { OWNERSHIP_SENTENCE } from './wallet.js';

function fill(form: HTMLFormElement, name: string, value: string): void {
  const field = form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (field) field.value = value;
}

async function sign(form: HTMLFormElement): Promise<void> {
  const account = privateKeyToAccount(generatePrivateKey());
  fill(form, 'address', account.address);
  fill(form, 'signature', await account.signMessage({ message: OWNERSHIP_SENTENCE }));
  const output = form.querySelector('output');
  if (output) output.value = account.address;
}

const form = document.querySelector<HTMLFormElement>('form#wallet');
form?.addEventListener('submit', (event) => {
  event.preventDefault();
  // `submit()` fires no event, so this listener does not run again.
  void sign(form).then(() => form.submit());
});
