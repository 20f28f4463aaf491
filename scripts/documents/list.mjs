// The documents of the package, in the order in which they are read.
import { readFileSync } from 'node:fs';

export const documents = [
  'README.md',
  'docs/README.md',
  'docs/how-it-works.md',
  'docs/reference.md',
  'docs/button.md',
  'docs/languages.md',
  'docs/frameworks.md',
  'docs/react.md',
  'docs/core.md',
  'docs/wallets.md',
  'docs/apps.md',
  'docs/backend.md',
  'docs/server-start.md',
  'docs/after-the-connection.md',
  'docs/backend-in-any-language.md',
  'docs/check-backend.md',
  'docs/tokens.md',
  'docs/testing.md',
  'docs/errors.md',
  'docs/debug.md',
  'docs/security.md',
  'docs/privacy.md',
  'docs/production.md',
  'docs/browsers.md',
  'docs/migration.md',
  'docs/versioning.md',
  'CHANGELOG.md',
];

/** For those who work on the project. They are not in the package. */
export const ownDocuments = [
  'CONTRIBUTING.md',
  'CODE_OF_CONDUCT.md',
  'docs/releasing.md',
  'demo/backend/README.md',
  'docs/faults.md',
  'ACCESSIBILITY.md',
  'SECURITY.md',
];

/**
 * @param {string} document
 * @returns {{ text: string, title: string, summary: string }} `summary` is its first sentence
 */
export function readDocument(document) {
  const text = readFileSync(document, 'utf8');
  const [, title = document] = /^# (.+)$/m.exec(text) ?? [];
  const [, rest = ''] = /^# .+\n\n([\s\S]*)/m.exec(text) ?? [];
  const paragraph = rest.split('\n\n').find((part) => /^[\w`[]/.test(part)) ?? '';
  const [summary = ''] = /^.*?[.](?= |$)/.exec(paragraph.replaceAll('\n', ' ')) ?? [];
  return { text, title, summary: summary.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1') };
}
