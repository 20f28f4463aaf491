// Makes pages of the Markdown in docs/ for the site.
import { readFileSync } from 'node:fs';
import GithubSlugger from 'github-slugger';
import { Marked } from 'marked';
import { documents } from '../documents/list.mjs';

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** The index is the first page. @param {string} name */
const nameOf = (name) => (name === 'README' ? 'index' : name);

/**
 * A link to another document leads to its page; one to a file of the package, to the package.
 * @param {string} href @param {string} docs the folder of the documents, from the page
 */
function follow(href, docs) {
  if (/^([a-z]+:|#)/.test(href)) return href;
  const [, name, anchor = ''] = /^(?:docs\/)?([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (name) return `${docs}${nameOf(name)}.html${anchor}`;
  return `https://unpkg.com/monerium-connect@${version}/${href.replace(/^(\.\.\/)+/, '')}`;
}

/** @param {string} docs */
function createRenderer(docs) {
  const marked = new Marked();
  const slugger = new GithubSlugger();
  marked.use({
    renderer: {
      // The documents link to the names that GitHub gives.
      heading({ tokens, depth }) {
        const content = this.parser.parseInline(tokens);
        const id = slugger.slug(this.parser.parseInline(tokens, this.parser.textRenderer));
        return `<h${depth} id="${id}">${content}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${follow(href, docs)}">${this.parser.parseInline(tokens)}</a>`;
      },
    },
  });
  return marked;
}

/**
 * @param {object} page
 * @param {string} page.markdown
 * @param {string} page.root from the page to the site's own folder
 * @param {string} page.current of the navigation
 */
export function renderPage({ markdown, root, current }) {
  const body = createRenderer(root ? '' : 'docs/')
    .parse(markdown, { async: false })
    .replaceAll(/<(pre|table)>/g, '<$1 tabindex="0">');
  const [, title = ''] = /^# (.*)$/m.exec(markdown) ?? [];
  const plain = title.replaceAll(/[`<>]/g, '');
  const links = [
    ['index.html', 'Configure'],
    ['flows.html', 'Try a flow'],
    ['recipes.html', 'Recipes'],
    ['docs/index.html', 'Documents'],
  ].map(([href, text]) => {
    const mark = text === current ? ' aria-current="page"' : '';
    return `<a href="${root || './'}${href}"${mark}>${text}</a>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="description" content="${plain}: documents of monerium-connect." />
<title>${plain} – monerium-connect</title>
<link rel="icon" href="data:," />
<link rel="stylesheet" href="${root}documents.css" />
</head>
<body>
<header class="site"><nav aria-label="Pages">${links.join('')}</nav></header>
<main class="prose">${body}</main>
<footer class="site"><p>An unofficial open-source project, neither made nor endorsed by Monerium.</p></footer>
</body>
</html>
`;
}

/**
 * The documents by the names of their pages.
 * @returns {Map<string, string>}
 */
export function readDocuments() {
  const files = documents.filter((file) => file.startsWith('docs/'));
  return new Map(
    files.map((file) => [nameOf(file.slice('docs/'.length, -3)), readFileSync(file, 'utf8')]),
  );
}
