// The results as tables of Markdown.
import { OWN, peers, type Peer } from './peers.js';
import { COUNTS, CYCLES, median, pairedRatio, type Machine, type Results } from './results.js';

type Cell = (peer: Peer) => string;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

export const whole = (value: number): string => Math.round(value).toLocaleString('en');
export const tenths = (value: number): string => value.toFixed(1);

/** A column of figures; a cell stays empty where a peer could not be measured. */
function column(results: Results, name: string, write: (value: number) => string): Cell {
  return ({ id }) => {
    const value = median(results, id, name);
    return value === undefined ? '' : write(value);
  };
}

const label = ({ id, label: text }: Peer) => (id === OWN ? `**${text}**` : text);

function peerTable(who: readonly Peer[], columns: Readonly<Record<string, Cell>>): string {
  const rows = who.map((peer) => [
    label(peer),
    ...Object.values(columns).map((cell) => cell(peer)),
  ]);
  return table(['', ...Object.keys(columns)], rows);
}

/** The main figures. */
function mainTable(results: Results): string {
  const of = (name: string, write: Parameters<typeof column>[2]) => column(results, name, write);
  return peerTable(peers, {
    'script, bytes': of('bytes', whole),
    'CPU to the button, ms': of('button 4×', whole),
    'on a later visit, ms': of('warm 4×', whole),
    'click to navigation, ms': of('click 4×', whole),
    'return to token request, ms': of('token 4×', whole),
    '1,000 on a page, CPU ms': of('ms of 1000', whole),
    'KiB each': of('bytes of 1000', (value) => tenths(value / 1000 / 1024)),
  });
}

/** The flow without the slow processor, and what a click waits for. */
function flowTable(results: Results): string {
  const of = (name: string, write: Parameters<typeof column>[2]) => column(results, name, write);
  const always = (value: number) => (value === 1 ? 'yes' : 'no');
  return peerTable(
    peers.filter(({ steps }) => steps.includes('flow') || steps.includes('button')),
    {
      'CPU to the button, ms': of('button 1×', tenths),
      'on a later visit, ms': of('warm 1×', tenths),
      'click to navigation, ms': of('click 1×', tenths),
      'in one task': of('one task 1×', always),
      'hashes in the click': of('hashing 1×', always),
      'return to token request, ms': of('token 1×', tenths),
    },
  );
}

/** What many elements cost each, by how many there are. */
function manyTable(results: Results): string {
  const of = (name: string, write: Parameters<typeof column>[2]) => column(results, name, write);
  const each = COUNTS.flatMap((count): [string, Cell][] => [
    [`${whole(count)}: ms`, of(`ms of ${count}`, (ms) => (ms / count).toFixed(2))],
    ['KiB', of(`bytes of ${count}`, (bytes) => tenths(bytes / count / 1024))],
    ['listeners', of(`listeners of ${count}`, whole)],
  ]);
  const cells = [...each, [`${CYCLES} cycles: bytes each`, of('growth', whole)] as [string, Cell]];
  const who = peers.filter(({ steps }) => steps.includes('many'));
  const rows = who.map((peer) => [label(peer), ...cells.map(([, cell]) => cell(peer))]);
  return table(['', ...cells.map(([head]) => head)], rows);
}

interface Target {
  readonly text: string;
  readonly figure: number | undefined;
  readonly limit: number;
  readonly write: (value: number) => string;
}

const times = (value: number): string => `${value.toFixed(2)}×`;

/** What the element is measured against. A figure that falls short is said to, and no test. */
function targets(results: Results): Target[] {
  const own = (name: string) => median(results, OWN, name) ?? NaN;
  const against = (peer: string, name: string) => pairedRatio(results, name, OWN, peer);
  const perElement = (count: number) => own(`ms of ${count}`) / count;
  const clicks = [
    ...(results[OWN]?.['one task 1×'] ?? []),
    ...(results[OWN]?.['one task 4×'] ?? []),
  ];
  const plural = (count: number) => `${count} of ${clicks.length} clicks`;
  return [
    { text: 'bytes, beside Lit alone', ...ratio(against('lit', 'bytes'), 2.7) },
    { text: 'bytes, beside Lit + `@monerium/sdk`', ...ratio(against('lit-sdk', 'bytes'), 1) },
    {
      text: 'bytes, beside Lit + `oidc-client-ts`',
      ...ratio(against('lit-oidc', 'bytes'), 1),
    },
    {
      text: 'CPU to the button at 4×, beside Lit alone',
      ...ratio(against('lit', 'button 4×'), 1.4),
    },
    {
      text: 'CPU to the button at 1×, beside Lit alone',
      ...ratio(against('lit', 'button 1×'), 1.4),
    },
    {
      text: 'the same on a later visit at 4×',
      ...ratio(against('lit', 'warm 4×'), 1.7),
    },
    {
      text: 'click and navigation in different tasks',
      figure: clicks.filter((isOne) => !isOne).length,
      limit: 0,
      write: plural,
    },
    {
      text: 'return to token request at 4×, beside the waiting bare element',
      ...ratio(against('bare-patient', 'token 4×'), 1.4),
    },
    {
      text: 'return to token request at 1×, beside the waiting bare element',
      ...ratio(against('bare-patient', 'token 1×'), 1.45),
    },
    {
      text: 'CPU for each of 1,000 elements, beside each of 100 (linear)',
      ...ratio(perElement(1000) / perElement(100), 1.2),
    },
    {
      text: 'listeners on `window` of 1,000 elements, above those of one',
      figure: own('listeners of 1000') - own('listeners of 1'),
      limit: 0,
      write: whole,
    },
    {
      text: `growth of memory over ${CYCLES} cycles, bytes each`,
      figure: own('growth'),
      // Less than the smallest object that could be left behind.
      limit: 64,
      write: whole,
    },
  ];
}

const ratio = (figure: number, limit: number) => ({ figure, limit, write: times });

export function targetTable(results: Results): string {
  const known = targets(results).filter(({ figure }) => figure !== undefined && !isNaN(figure));
  const rows = known.map(({ text, figure = NaN, limit, write }) => {
    const over = write === times ? `${((figure / limit - 1) * 100).toFixed(0)} % over` : 'over';
    return [
      text,
      write(figure),
      `at most ${write(limit)}`,
      figure <= limit ? 'yes' : `no, ${over}`,
    ];
  });
  return table(['', 'measured', 'target', 'reached'], rows);
}

const notes = (): string =>
  peers.flatMap(({ label: text, note }) => (note ? [`- ${text}: ${note}`] : [])).join('\n');

export function report(results: Results, machine: Machine): string {
  const { browser, cpu, cores, node, date, samples } = machine;
  return `# Benchmarks

Written by \`npm run bench\`. One run on ${date}: ${browser}, ${cpu}, ${cores} cores, Node ${node.slice(1)}.
Medians of ${samples} samples, each in a fresh browser profile, one peer after the other in every
round. All pages have one shape. A ratio is the median of the ratios of each round. An empty cell was not measured; why is said below.

![The main figures as bars](bench.svg)

${mainTable(results)}

The processor is slowed down four times, but for the 1,000 elements.

## Targets

${targetTable(results)}

## Without the slow processor

${flowTable(results)}

## Many on a page, for each of them

${manyTable(results)}

## What is measured

- Script: every file that a page in production has fetched until it was connected, brotli 11. \`monerium-connect\` is the file for a
  script tag; the others are built by esbuild for production, minified, one ES module.
- CPU to the button: time of the main thread's own clock, from the first look at the script to the task after the frame
  that shows a button which can be clicked. The rest of the page is drawn by then.
- On a later visit: the same, when the browser's cache has the script and what was compiled of it.
- Click to navigation: from the click's first listener to the \`navigate\` event, and whether one task of the main thread
  holds both.
- Return to token request: from the response with the callback document to the request for tokens, by the clock of the
  browser's network log.
- Many on a page: CPU time until all are drawn, less that of a page that gets none; memory of JavaScript and of the DOM
  after garbage collection; listeners on \`window\`.
- Cycles: what ${CYCLES} times mounting and unmounting add to the memory, five times over, after as many to warm up.

## Notes

${notes()}
`;
}
