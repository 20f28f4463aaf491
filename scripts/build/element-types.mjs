// Writes what the typings of all frameworks share from the manifest: names and descriptions. The
// types themselves stay those of the class.

/**
 * @typedef {{ name: string, description?: string }} Named
 * @typedef {Named & { kind: string, readonly?: boolean }} Member
 * @typedef {Named & { fieldName: string, type?: { text: string } }} Attribute
 * @typedef {Named & { type: { text: string } }} Event
 * @typedef {{ members: Member[], attributes: Attribute[], events: Event[] }} Element
 */

/** @param {Named} named */
const comment = ({ description = '' }) => `/** ${description.replaceAll('\n', ' ')} */`;

/**
 * An interface with one documented and optional line for each.
 * @template {Named} Item
 * @param {string} head
 * @param {Item[]} items
 * @param {(item: Item) => string} write
 */
function declare(head, items, write) {
  const lines = items.map((item) => `${comment(item)}\n${write(item)};`);
  return `export interface ${head} {\n${lines.join('\n')}\n}`;
}

/**
 * @param {Element} element
 * @returns {string} the text of types/element.d.ts, not formatted
 */
export function writeElementTypes({ members, attributes, events }) {
  const properties = members.filter(({ kind, readonly }) => kind === 'field' && !readonly);
  const eventTypes = events.map(({ type }) => type.text).join(', ');
  return `// Written by \`npm run manifest\`: what <monerium-connect> takes, for the typings beside this file.
import type { MoneriumConnect, ${eventTypes} } from '../dist/index.js';

/** In markup a number may be a text, and JSX does not tell attributes from properties. */
type Markup<Type> = Type extends number ? Type | \`\${Type}\` : Type;
type Value<Name extends keyof MoneriumConnect> = Markup<MoneriumConnect[Name]> | undefined;
type Handler<OwnEvent> =
  ((event: OwnEvent & { readonly currentTarget: MoneriumConnect }) => void) | undefined;

/** By their names in a script. */
${declare('Properties', properties, ({ name }) => `${name}?: Value<'${name}'>`)}

/** By their names in markup. */
${declare('Attributes', attributes, ({ name, fieldName }) => `'${name}'?: Value<'${fieldName}'>`)}

/** As React, Preact and Svelte name them. */
${declare('Handlers', events, ({ name, type }) => `'on${name}'?: Handler<${type.text}>`)}

export type { MoneriumConnect };
`;
}
