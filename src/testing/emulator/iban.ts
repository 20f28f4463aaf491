const COUNTRY = 'EE';
const ACCOUNT_DIGITS = 16;

/** ISO 7064 mod 97-10 over the IBAN with its first four characters moved to the end. */
function remainder(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4);
  const digits = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return BigInt(digits) % 97n;
}

export function isIban(value: string): boolean {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(value) && remainder(value) === 1n;
}

/** A made-up IBAN whose checksum is right. */
export function randomIban(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ACCOUNT_DIGITS));
  const account = Array.from(bytes, (byte) => byte % 10).join('');
  const check = 98n - remainder(`${COUNTRY}00${account}`);
  return `${COUNTRY}${String(check).padStart(2, '0')}${account}`;
}
