// The notices that the licences of bundled packages ask for.
import { readFileSync, readdirSync } from 'node:fs';

/**
 * Each licence once, under the names of the packages that share its text. This package comes first.
 * @param {string[]} modules the files that went into a bundle
 */
export function writeNotices(modules) {
  const folders = modules.flatMap(
    (id) => id.match(/^.*\bnode_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? [],
  );
  /** @type {Map<string, Set<string>>} */
  const namesByText = new Map();
  for (const folder of ['.', ...new Set(folders)]) {
    const { name } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e([.](md|txt))?$/i.test(entry));
    if (!file) throw new Error(`${name} has no file LICENSE.`);
    const text = readFileSync(`${folder}/${file}`, 'utf8').trim();
    namesByText.set(text, (namesByText.get(text) ?? new Set()).add(name));
  }
  const notices = [...namesByText].map(([text, names]) => `${[...names].join(', ')}\n\n${text}\n`);
  return notices.join('\n\n');
}
