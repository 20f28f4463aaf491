// An ESLint rule: no word of `words.mjs` in comments and in titles of tests or, with `strings`, in
// any text.
import { findWords } from '../documents/plain-words.mjs';

/** @typedef {import('estree').Comment} Comment */

/** Lines that follow each other are one text. @param {Comment[]} comments */
function joinLines(comments) {
  /** @type {{ text: string, comment: Comment }[]} */
  const texts = [];
  let next;
  for (const comment of comments) {
    const text = comment.value.replaceAll(/\s*\n\s*\*?\s*/g, ' ');
    const last = texts.at(-1);
    if (last && comment.loc?.start.line === next) last.text += text;
    else texts.push({ text, comment });
    next = comment.type === 'Line' ? Number(comment.loc?.end.line) + 1 : undefined;
  }
  return texts;
}

/** @type {import('eslint').Rule.RuleModule} */
export const plainWords = {
  meta: { schema: [{ enum: ['titles', 'strings'] }] },
  create(context) {
    const TITLE = 'CallExpression[callee.name=/^(describe|it|test)$/] >';
    const inside = context.options[0] === 'strings' ? '' : TITLE;
    /** @param {string} text @param {import('estree').Node | Comment} place */
    const check = (text, { loc }) => {
      if (!loc) return;
      for (const message of findWords(text)) context.report({ loc, message });
    };
    return {
      Program() {
        const texts = joinLines(context.sourceCode.getAllComments());
        for (const { text, comment } of texts) check(text, comment);
      },
      /** @param {import('estree').Literal} node */
      [`${inside} Literal`]: (node) => check(String(node.value), node),
      /** @param {import('estree').TemplateLiteral} node */
      [`${inside} TemplateLiteral`]: (node) =>
        check(node.quasis.map(({ value }) => value.cooked).join(' … '), node),
    };
  },
};
