// Reports words of the list, and long sentences, in paragraphs, headings and cells of tables.
import { toString } from 'mdast-util-to-string';
import { SKIP, visit } from 'unist-util-visit';
import { MAX_WORDS, words } from './words.mjs';

/** Where a sentence ends. The next one may begin with code in small letters. */
const END = /(?<=[.!?][)”"]?)\s+/;

/**
 * @param {string} text
 * @returns {string[]} what to write, for each word of the list that a sentence has
 */
export function findWords(text) {
  return words.flatMap(({ find, write }) => {
    const [found] = new RegExp(find, 'i').exec(text) ?? [];
    return found === undefined ? [] : [`"${found}": write ${write}`];
  });
}

/** @param {string} text */
function judge(text) {
  const { length } = text.split(/\s+/);
  return [...findWords(text), ...(length > MAX_WORDS ? [`A sentence of ${length} words`] : [])];
}

/** @returns {(tree: import('mdast').Root, file: import('vfile').VFile) => void} */
export default function plainWords() {
  return (tree, file) => {
    visit(tree, ['paragraph', 'heading', 'tableCell'], (node) => {
      const text = toString(node).replaceAll(/\s+/g, ' ').trim();
      for (const reason of text.split(END).flatMap(judge))
        file.message(reason, { place: node.position });
      return SKIP;
    });
  };
}
