// What the documents say about the code is what the code does.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as sdk from '@monerium/sdk';
import { documents } from '../../scripts/documents/list.mjs';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { sessions } from '../../src/testing/contract-kit/sessions.js';
import { starts } from '../../src/testing/contract-kit/starts.js';
import { chooseText } from '../../src/element/texts.js';
import { ConnectError, ERRORS, type ErrorCode } from '../../src/core/errors.js';
import { machine } from '../../src/core/flow/state.js';
import { english } from '../../src/core/texts.js';

const codes = Object.keys(ERRORS) as ErrorCode[];
/** Their methods reject, and the customer sees nothing. */
const WITHOUT_TEXT: readonly ErrorCode[] = ['aborted', 'token_unavailable'];

describe('docs/errors.md', () => {
  const document = readFileSync('docs/errors.md', 'utf8');
  const sections = new Map(
    document
      .split(/^## /m)
      .slice(1)
      .map((section) => [/^`(\w+)`\n/.exec(section)?.[1] ?? section, section]),
  );

  it('has a section for each code, to which the console links, and no others', () => {
    assert.deepEqual([...sections.keys()].sort(), [...codes].sort());
  });

  for (const code of codes) {
    it(`shows what the customer reads: ${code}`, () => {
      const [, line = '', body = ''] = (sections.get(code) ?? '').split('\n\n');
      const text = english[chooseText(new ConnectError(code), true)];
      const shown = `“${text.replace('{code}', code)}”`;
      if (WITHOUT_TEXT.includes(code)) assert.match(line, / · no text(, no event)?$/);
      else assert.ok(line.endsWith(shown), `${line} is not ${shown}`);
      assert.match(line, /^_(start|wallet|authorize|exchange|identity|token)(, \w+)*_ · /);
      assert.ok(body.length > 20, 'says what happened, or what to check');
    });
  }
});

describe('docs/check-backend.md', () => {
  it('#227 has each section to which the report of a rule links, and no others', () => {
    const [, ...sections] = readFileSync('docs/check-backend.md', 'utf8').split(/^## /m);
    const headings = sections.map((section) => section.split('\n', 1)[0] ?? '');
    const anchors = headings.map((heading) => heading.toLowerCase().replaceAll(' ', '-'));
    const links = [...contract, ...sessions, ...starts].map(({ why }) => why);
    assert.deepEqual(anchors.sort(), [...new Set<string>(links)].sort());
  });
});

describe('the machine in CONTRIBUTING.md', () => {
  const diagram = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(
    readFileSync('CONTRIBUTING.md', 'utf8'),
  )?.[1];
  /** They lead from several states, and are described below the diagram. */
  const DESCRIBED = ['fail', 'withdraw'];

  it('has each arrow of the code, and no others', () => {
    const arrows = [...(diagram ?? '').matchAll(/^ *(\w+) --> (\w+): (\w+)$/gm)];
    const drawn = arrows.map(([, from, , event]) => `${from} ${event}`);
    const coded = Object.entries(machine).flatMap(([from, events]) =>
      Object.keys(events)
        .filter((event) => !DESCRIBED.includes(event))
        .map((event) => `${from} ${event}`),
    );
    assert.deepEqual(drawn.sort(), coded.sort());
  });
});

describe('docs/migration.md', () => {
  const document = readFileSync('docs/migration.md', 'utf8');
  const calls = (heading: string, pattern: RegExp) => {
    const [, rest = ''] = document.split(`## ${heading}\n`);
    const cells = (rest.split('\n## ')[0] ?? '').matchAll(/^- (.+?) → /gm);
    return [...cells].flatMap(([, cell = '']) =>
      [...cell.matchAll(pattern)].map(([, name = '']) => name),
    );
  };

  it('names functions that the SDK has', () => {
    const names = calls('From the functions of version 3.5', /`(\w+)\(/g);
    assert.equal(names.length >= 8, true);
    assert.deepEqual(
      names.filter((name) => typeof Reflect.get(sdk, name) !== 'function'),
      [],
    );
  });

  it('names methods that the class of the SDK has', () => {
    const names = calls(
      'From the class `MoneriumClient` (2 and 3)',
      /(?:monerium\.|`)([a-z]\w+)\(/g,
    );
    assert.equal(names.length >= 8, true);
    const client = new sdk.MoneriumClient();
    assert.deepEqual(
      names.filter((name) => typeof Reflect.get(client, name) !== 'function'),
      [],
    );
  });
});

describe('a package that is not published', () => {
  const skip = existsSync('dist/integrity.json') ? false : 'run `npm run build` first';
  const texts = [...documents, 'llms.txt', 'examples/server.mjs'];
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file}`);

  it('is never run or installed by its name alone: that can be the package of another author', () => {
    const found = [...texts, ...sources].filter((file) =>
      /npx monerium-connect|npm (install|i|add) monerium-connect/.test(readFileSync(file, 'utf8')),
    );
    assert.deepEqual(found, []);
  });

  it('is loaded from a CDN by its exact version and with integrity only', () => {
    for (const file of texts) {
      const text = readFileSync(file, 'utf8');
      for (const [tag] of text.matchAll(/<script[^>]*cdn[^>]*>/g)) {
        assert.match(tag, /monerium-connect@\d+\.\d+\.\d+\/[^]*integrity="sha384-/, file);
      }
    }
    for (const file of [...texts, ...sources])
      assert.doesNotMatch(readFileSync(file, 'utf8'), /(unpkg\.com|npm)\/monerium-connect\//, file);
  });

  it('has its exact version in each link of the built scripts', { skip }, () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const scripts = readdirSync('dist', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(`dist/${file}`, 'utf8'));
    const links = scripts.flatMap((text) => text.match(/unpkg\.com\/[^/"'`]*/g) ?? []);
    assert.equal(links.length >= 5, true, links.join(' '));
    assert.deepEqual([...new Set(links)], [`unpkg.com/monerium-connect@${version}`]);
  });
});

describe('docs/backend.md', () => {
  it('has each event of `observe`, with its keys', () => {
    const source = readFileSync('src/server/server-event.ts', 'utf8');
    const [union = ''] = /export type ServerEvent =[^]*?;\n\n/.exec(source) ?? [];
    const events = union.split(/\| \{/).slice(1);
    const coded = events.map((event) => {
      const [, type = ''] = /type: '([\w-]+)'/.exec(event) ?? [];
      const keys = [...event.matchAll(/readonly (\w+)\??:/g)].map(([, key]) => key);
      return [type, ...keys.filter((key) => key !== 'type')];
    });
    const [, section = ''] = readFileSync('docs/backend.md', 'utf8').split(
      '### Events for metrics',
    );
    const [list = ''] = section.split('\n#');
    const rows = [...list.matchAll(/^- `([\w-]+)`(?: \((.*?)\))?(?:$|:)/gm)];
    const written = rows.map(([, type, keys = '']) => [type, ...(keys.match(/\w+/g) ?? [])]);
    assert.equal(coded.length > 5, true);
    assert.deepEqual(written, coded);
  });

  it('sets no order for `express.json()`: the listener works before and after it', () => {
    const order = /(before|until|ahead of) `?express\.json/i;
    for (const file of [...documents, 'src/server/node.ts', 'examples/express.ts'])
      assert.doesNotMatch(readFileSync(file, 'utf8'), order, file);
    const text = readFileSync('docs/backend.md', 'utf8');
    assert.match(text, /`toNodeListener\(handle\)`[^.]* also after `express\.json\(\)`\./);
  });
});

describe('SECURITY.md', () => {
  it('names a way to report that exists, before anything else', () => {
    const [, heading, text = ''] = readFileSync('SECURITY.md', 'utf8').split(/^## (.*)$/m);
    assert.equal(heading, 'Reporting');
    const [, command = ''] = /`(git [^`]*)`/.exec(text) ?? [];
    assert.match(command, /^git log -\d+ --format=%ae$/);
    assert.doesNotMatch(text, /\b(form|advisory|advisories|hackerone|tab)\b/i);
  });
});

describe('docs/production.md', () => {
  it('asks for the same tag on both pages, `environment` included', () => {
    const text = readFileSync('docs/production.md', 'utf8');
    assert.match(text, /the same tag with the same attributes\*\*, `environment` included/);
  });
});
