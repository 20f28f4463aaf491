// What the documents say about the code is what the code does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as sdk from '@monerium/sdk';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { sessions } from '../../src/testing/contract-kit/sessions.js';
import { starts } from '../../src/testing/contract-kit/starts.js';
import { chooseText } from '../../src/element/texts.js';
import { ConnectError, ERRORS, type ErrorCode } from '../../src/core/errors.js';
import { machine } from '../../src/core/flow/state.js';
import { english } from '../../src/core/texts.js';

const codes = Object.keys(ERRORS) as ErrorCode[];
/** Their methods reject, and the customer sees nothing. */
const WITHOUT_TEXT: readonly ErrorCode[] = ['token_unavailable', 'disconnect_failed'];

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
      const text = english[chooseText(new ConnectError(code), true) as keyof typeof english];
      const shown = `“${text.replace('{code}', code)}”`;
      if (WITHOUT_TEXT.includes(code)) assert.match(line, /no text, no event$/);
      else assert.ok(line.endsWith(shown), `${line} is not ${shown}`);
      assert.match(line, /^_(start|wallet|authorize|exchange|identity|token)(, \w+)*_ · /);
      assert.ok(body.length > 20, 'says what happened, or what to check');
    });
  }
});

describe('docs/check-backend.md', () => {
  const sections = readFileSync('docs/check-backend.md', 'utf8').split(/^## /m).slice(1);
  const named = sections.flatMap((section) => {
    const [heading = ''] = section.split('\n', 1);
    const why = heading.toLowerCase().replaceAll(' ', '-');
    return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => `${why}: ${name}`);
  });

  it('#227 has each rule of the kit in the section to which its report links, and no others', () => {
    const clauses = [...contract, ...sessions, ...starts].map(({ name, why }) => `${why}: ${name}`);
    assert.deepEqual(named.sort(), clauses.sort());
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
    const cells = (rest.split('\n## ')[0] ?? '').matchAll(/^\| ([^|]+?) +\|/gm);
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
