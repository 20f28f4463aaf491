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

const code = (/** @type {string} */ text) => `\`${text}\``;

/**
 * @param {Named} item
 * @param {string} [type]
 */
function line({ name, description = '' }, type = '') {
  const text = description.replaceAll('\n', ' ');
  return `- ${name ? code(name) : 'default'}${type && ` (${type})`}: ${text}`;
}

/** @param {Named[]} items */
const names = (items) => items.map((item) => line(item)).join('\n');

/** @param {Named} attribute */
function attributeLine(attribute) {
  const { type, default: value } = attribute;
  const text = type?.text.replaceAll(/ \| (undefined|null)/g, '') ?? '';
  const plain = (/** @type {string} */ part) => code(part.replaceAll("'", ''));
  const known = [
    ...(text === 'string' ? [] : [text.split(' | ').map(plain).join(', ')]),
    ...(value === undefined || value === 'false' ? [] : [`default ${plain(value)}`]),
  ];
  return line(attribute, known.join('; '));
}

/** @param {Named[]} members */
const properties = (members) =>
  members
    .filter(({ kind, attribute, ...item }) => kind === 'field' && !attribute && !item.static)
    .map((item) => line(item, code(item.type?.text ?? '')) + (item.readonly ? ' Read-only.' : ''))
    .join('\n');

const returned = (text = 'void') => (text === 'void' ? '' : code(text));

/** @param {Named[]} members */
const methods = (members) =>
  members
    .filter(({ kind }) => kind === 'method')
    .map((item) => ({ ...item, name: `${item.name}()` }))
    .map((item) => line(item, returned(item.return?.type.text)))
    .join('\n');

/** @param {Named[]} events */
const eventLines = (events) => events.map((item) => line(item, code(item.type?.text ?? '')));

/**
 * @param {{ modules: { declarations?: (Element & { tagName?: string })[] }[] }} manifest
 * @returns {string}
 */
export function writeReference(manifest) {
  const all = manifest.modules.flatMap(({ declarations = [] }) => declarations);
  const element = all.find(({ tagName }) => tagName === 'monerium-connect');
  if (!element) throw new Error('custom-elements.json has no <monerium-connect>.');
  return `# Reference

Attributes, properties, methods, events and styles of \`<monerium-connect>\`, generated from \`custom-elements.json\`.

## Attributes

Each attribute is also a property in camel case: \`client-id\` is \`clientId\`. Only \`client-id\` is required. URLs must be \`https:\`, or
\`http:\` on a loopback host. An unknown value is \`invalid_config\`; of \`text\`, \`appearance\` and \`size\` it is the default, with a warning.

${element.attributes.map(attributeLine).join('\n')}

## Properties

${properties(element.members)}

## Methods

${methods(element.members)}

## Events

[How it works](how-it-works.md#events) describes \`detail\`.

${eventLines(element.events).join('\n')}

## Slots

${names(element.slots)}

## Parts

${names(element.cssParts)}

## Custom properties

${names(element.cssProperties)}

## States

Used as \`monerium-connect:state(connected)\`.

${names(element.cssStates)}
`;
}
