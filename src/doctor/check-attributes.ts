import type { Facts } from './facts.js';
import { advice, ok, problem, type Finding } from './finding.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const PORTAL =
  "Copy the client ID of the Authorization Code Flow from Monerium's developer portal.";

/** Names that no attribute has, and values that none may have. */
export function checkAttributes({ attributes }: Facts): Finding[] {
  const found = attributes.misspelled.map(({ name, meant }) =>
    problem(
      'attribute-name',
      `${name} is not an attribute of the element.`,
      `Write ${meant} instead.`,
    ),
  );
  const { fault, hasClientId } = attributes;
  if (fault && hasClientId) found.push(nameFault(fault, attributes.redirectUri));
  if (attributes.isTimeoutInvalid) {
    found.push(
      advice('timeout-value', 'timeout is not a number: 20000 is used.', 'Write milliseconds.'),
    );
  }
  if (attributes.isIdentityIncomplete) {
    const text = 'Only one of profile and user-id is set.';
    found.push(problem('identity-incomplete', text, 'Set both, or neither.'));
  }
  return found.length > 0 ? found : [ok('attributes', 'All attributes are valid.')];
}

/** A fault as the console names it: the attribute, and what it needs. */
function nameFault(fault: string, redirectUri: string | undefined): Finding {
  if (fault.startsWith('redirect-uri needs this origin')) {
    return problem(
      'redirect-uri-origin',
      `${fault}. It is ${redirectUri ?? 'not set'}.`,
      "Use the page's origin. localhost and 127.0.0.1 are two origins, as are http: and https:.",
    );
  }
  return problem('attribute-value', `${fault}.`, 'Correct this attribute.');
}

/** The client ID: there, and of the shape that Monerium's have. */
export function checkClientId({ attributes, settings }: Facts): Finding[] {
  if (!attributes.hasClientId) {
    const text = 'client-id is missing, or has white space in it.';
    return [problem('client-id-missing', text, PORTAL)];
  }
  if (!settings) return [];
  if (UUID.test(settings.clientId)) return [ok('client-id', 'The client ID is a UUID.')];
  const text =
    "Monerium's client IDs are UUIDs. This is not one. Is it a secret, or a placeholder?";
  return [problem('client-id-shape', text, `${PORTAL} Never put a client secret into a page.`)];
}
