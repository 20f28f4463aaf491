// Refuses to publish while package.json has a placeholder for an address of the project.
// `.invalid` is reserved for this: https://www.rfc-editor.org/rfc/rfc2606#section-2
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @param {{ homepage?: string, bugs?: string, repository?: { url: string } }} manifest
 * @returns {string[]} the names of the fields that have no real address
 */
export function findPlaceholders({ homepage, bugs, repository }) {
  const addresses = Object.entries({ homepage, bugs, repository: repository?.url });
  return addresses
    .filter(([, address]) => !address || new URL(address).hostname.endsWith('.invalid'))
    .map(([name]) => name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = findPlaceholders(JSON.parse(readFileSync('package.json', 'utf8')));
  for (const name of found) console.error(`package.json: ${name} needs the project's address.`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
