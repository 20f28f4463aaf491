// The reference of the element, as Markdown, from custom-elements.json.

/**
 * @typedef {object} Named
 * @property {string} name
 * @property {string} [description]
 * @property {{ text: string }} [type]
 * @property {string} [default]
 * @property {string} [attribute]
 * @property {string} [fieldName]
 * @property {string} [kind]
 * @property {boolean} [static]
 * @property {boolean} [readonly]
 * @property {{ type: { text: string } }} [return]
 *
 * @typedef {Record<'attributes' | 'members' | 'events' | 'slots' | 'cssParts' | 'cssProperties'
 *   | 'cssStates', Named[]>} Element
 */

/** @param {string} [text] */
const code = (text) => (text ? `\`${text.replaceAll('|', '\\|')}\`` : '');

/** @param {Named} item */
const describe = ({ description = '' }) => description.replaceAll('\n', ' ').replaceAll('|', '\\|');

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * @param {string} head
 * @param {Named[]} items
 */
function names(head, items) {
  const rows = items.map((item) => [item.name ? code(item.name) : 'default', describe(item)]);
  return table([head, ''], rows);
}

/** @param {Named[]} attributes */
function attributeTable(attributes) {
  const rows = attributes.map((item) => {
    const type = item.type?.text.replaceAll(/ \| (undefined|null)/g, '');
    return [code(item.name), code(type), code(item.default), describe(item)];
  });
  return table(['attribute', 'type', 'default', ''], rows);
}

/** @param {Named[]} members */
function propertyTable(members) {
  const own = members.filter(({ kind, attribute, ...item }) => {
    return kind === 'field' && !attribute && !item.static;
  });
  const rows = own.map((item) => {
    const note = item.readonly ? ' Read-only.' : '';
    return [code(item.name), code(item.type?.text), `${describe(item)}${note}`];
  });
  return table(['property', 'type', ''], rows);
}

/** @param {Named[]} members */
function methodTable(members) {
  const rows = members
    .filter(({ kind }) => kind === 'method')
    .map((item) => [code(`${item.name}()`), code(item.return?.type.text), describe(item)]);
  return table(['method', 'returns', ''], rows);
}

/** @param {Named[]} events */
function eventTable(events) {
  const rows = events.map((item) => [code(item.name), code(item.type?.text), describe(item)]);
  return table(['event', 'class', ''], rows);
}

/**
 * @param {{ modules: { declarations?: (Element & { tagName?: string })[] }[] }} manifest
 * @returns {string}
 */
export function writeReference(manifest) {
  const all = manifest.modules.flatMap(({ declarations = [] }) => declarations);
  const element = all.find(({ tagName }) => tagName === 'monerium-connect');
  if (!element) throw new Error('custom-elements.json has no <monerium-connect>.');
  return `# Reference

Attributes, properties, methods, events and styles of \`<monerium-connect>\`. Generated from \`custom-elements.json\` by
\`npm run documents\`.

## Attributes

Each attribute is also a property, written in camel case: \`client-id\` is \`clientId\`. Only \`client-id\` is required. URLs must
be \`https:\`, or \`http:\` on a loopback host. An unknown value of a listed type is \`invalid_config\`.

${attributeTable(element.attributes)}

## Properties

${propertyTable(element.members)}

## Methods

${methodTable(element.members)}

## Events

All events bubble and are composed. What \`detail\` contains is described in [how it works](how-it-works.md#events).

${eventTable(element.events)}

## Slots

${names('slot', element.slots)}

## Parts

${names('part', element.cssParts)}

## Custom properties

${names('property', element.cssProperties)}

## States

Used as \`monerium-connect:state(connected)\`.

${names('state', element.cssStates)}
`;
}
