// What several pages of the demo have in common, in the place of a comment such as `<!-- nav -->`.
import type { Plugin } from 'vite';

const PAGES = {
  '/site/index.html': 'Configure',
  '/index.html': 'Connect',
  '/popup.html': 'In a popup',
  '/wallet.html': 'With a wallet',
  '/states.html': 'Every state',
  '/designs.html': 'Designs',
};

const HEAD = `<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="referrer" content="no-referrer" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="./site.css" />`;

/** What the card of a connection shows: `connect-card.ts` fills it. */
const STATUS = `<p class="state">
          <span>Status <output data-status>idle</output></span>
          <button type="button" data-disconnect hidden>Disconnect</button>
        </p>
        <p class="fault" role="alert" data-fault hidden></p>`;

const EVENTS = `<h3>Events on this page</h3>
        <ol class="log" data-log></ol>`;

const FOOTER = `<footer class="site">
      <p>
        An unofficial open-source project, neither made nor endorsed by Monerium. Nothing here is a
        real account, and no money moves.
      </p>
    </footer>`;

function writeNav(current: string): string {
  const links = Object.entries(PAGES).map(([path, title]) => {
    const mark = path === current ? ' aria-current="page"' : '';
    return `<a href="${path.replace('/index.html', '/')}"${mark}>${title}</a>`;
  });
  return `<nav aria-label="Pages of the demo">${links.join(' ')}</nav>`;
}

export const pageParts: Plugin = {
  name: 'page-parts',
  transformIndexHtml: {
    order: 'pre',
    handler: (html, { path }) =>
      html
        .replace('<!-- head -->', HEAD)
        // The configurator has the navigation of the static site.
        .replace(/<!-- nav -->|<nav [^]*<\/nav>/, writeNav(path))
        .replaceAll('<!-- status -->', STATUS)
        .replaceAll('<!-- events -->', EVENTS)
        .replace('<!-- footer -->', FOOTER),
  },
};
