// Every arrow of the machine in src/core/flow/state.ts, once taken out and once pointed elsewhere.
import { Lang, parse } from '@ast-grep/napi';
import { readFileSync } from 'node:fs';

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */

const file = 'src/core/flow/state.ts';
const root = parse(Lang.TypeScript, readFileSync(file, 'utf8')).root();

/**
 * The properties of an object, by their names.
 * @param {import('@ast-grep/napi').SgNode | null | undefined} object
 */
const properties = (object) =>
  object?.children().flatMap((node) => {
    const name = node.field('key')?.text() ?? node.text();
    return node.kind() === 'pair' || node.kind() === 'shorthand_property_identifier'
      ? [{ name, node }]
      : [];
  }) ?? [];

const machine = root.find({
  rule: { kind: 'variable_declarator', has: { field: 'name', regex: '^machine$' } },
});

/** @type {Mutant[]} */
export default properties(machine?.field('value')).flatMap(({ name: state, node }) =>
  properties(node.field('value')).flatMap(({ name: event, node: arrow }) => {
    const isPair = arrow.kind() === 'pair';
    const isIdle = arrow.field('value')?.text() === 'toIdle';
    const place = {
      ...{ file, in: `machine.${state}`, test: 'node/flow-state' },
      find: isPair
        ? { context: `({ ${event}: $ARROW })`, selector: 'pair' }
        : { context: `({ ${event} })`, selector: 'shorthand_property_identifier' },
    };
    const elsewhere = isIdle ? 'failed(undefined as never)' : 'IDLE';
    return [
      { ...place, rule: `${state} has no ${event}`, replace: `...{}` },
      {
        ...place,
        rule: `${state} goes elsewhere by ${event}`,
        replace: `${event}: () => ${elsewhere}`,
      },
    ];
  }),
);
