// The main figures as bars: one panel for each, one row for each peer.
import { OWN, peers, type Peer } from './peers.js';
import { median, type Results } from './results.js';
import { whole } from './table.js';

const WIDTH = 900;
const LABELS = 310;
const TOP = 46;
const ROW = 26;
const PANEL = (WIDTH - LABELS) / 4;
/** Room for the figure behind the longest bar. */
const FIGURE = 50;

const panels = [
  { name: 'bytes', title: 'script, bytes', unit: 'bytes' },
  { name: 'button 4×', title: 'CPU to button, ms', unit: 'ms' },
  { name: 'click 4×', title: 'click to leaving, ms', unit: 'ms' },
  { name: 'token 4×', title: 'back to token, ms', unit: 'ms' },
] as const;

const STYLE = `
    text { font: 12px system-ui, sans-serif; fill: #24292f; }
    .title { font-weight: 600; }
    .own { font-weight: 600; }
    rect { fill: #8c959f; }
    rect.own { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      rect { fill: #6e7681; }
      rect.own { fill: #58a6ff; }
    }
  `;

const plain = (label: string) => label.replaceAll('`', '');
const ownClass = ({ id }: Peer) => (id === OWN ? ' class="own"' : '');

/** A group for each panel: its title, and bars from its left edge. */
function panelMarkup(results: Results, index: number): string {
  const { name, title } = panels[index] ?? panels[0];
  const x = LABELS + index * PANEL;
  const values = peers.map(({ id }) => median(results, id, name));
  const most = Math.max(...values.map((value) => value ?? 0));
  const bars = peers.map((peer, row) => {
    const value = values[row];
    const y = TOP + row * ROW;
    const text = (at: number, content: string) =>
      `<text x="${at.toFixed(1)}" y="${y + 14}"${ownClass(peer)}>${content}</text>`;
    if (value === undefined) return text(x, '–');
    const width = Math.max(1, (value / most) * (PANEL - FIGURE));
    const bar = `<rect x="${x.toFixed(1)}" y="${y + 3}" width="${width.toFixed(1)}" height="14"`;
    return `${bar}${ownClass(peer)}/>${text(x + width + 5, whole(value))}`;
  });
  const head = `<text class="title" x="${x.toFixed(1)}" y="22">${title}</text>`;
  return `<g>\n    ${[head, ...bars].join('\n    ')}\n  </g>`;
}

/** The same in words, for who does not see the bars. */
function description(results: Results): string {
  const sentences = peers.map(({ id, label }) => {
    const figures = panels.flatMap(({ name, title, unit }) => {
      const value = median(results, id, name);
      return value === undefined ? [] : [`${title.split(',')[0]} ${whole(value)} ${unit}`];
    });
    return `${plain(label)}: ${figures.join(', ')}.`;
  });
  return sentences.join(' ');
}

export function plot(results: Results): string {
  const height = TOP + peers.length * ROW + 8;
  const labels = peers.map(
    (peer, row) =>
      `<text x="0" y="${TOP + row * ROW + 14}"${ownClass(peer)}>${plain(peer.label)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">monerium-connect beside its peers: less is better</title>
  <desc id="desc">${description(results)}</desc>
  <style>${STYLE}</style>
  <g>
    ${labels.join('\n    ')}
  </g>
  ${panels.map((_, index) => panelMarkup(results, index)).join('\n  ')}
</svg>
`;
}
