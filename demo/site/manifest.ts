// What the element takes, as `custom-elements.json` has it. The form of the configurator follows.
import manifest from '../../custom-elements.json' with { type: 'json' };

export interface Attribute {
  readonly name: string;
  readonly fieldName: string;
  readonly description: string;
  readonly kind: 'boolean' | 'number' | 'choice' | 'text' | 'color' | 'code';
  /** Of a `choice`. */
  readonly choices: readonly string[];
  readonly default: string;
}

/** Where the code has it, and the name of its field: the slots have one that no attribute has. */
export interface Setting extends Attribute {
  readonly part: 'attributes' | 'slots' | 'styles' | 'properties';
  readonly key: string;
}

interface Raw {
  readonly name: string;
  readonly description: string;
  readonly fieldName?: string;
  readonly default?: string;
  readonly type?: { readonly text: string };
}

interface Declaration {
  readonly tagName?: string;
  readonly attributes?: readonly Raw[];
  readonly slots?: readonly Raw[];
  readonly cssProperties?: readonly Raw[];
  readonly members?: readonly (Raw & { readonly kind: string; readonly readonly?: boolean })[];
}

const declarations = manifest.modules.flatMap((one) => one.declarations as Declaration[]);
const element = declarations.find(({ tagName }) => tagName === 'monerium-connect') ?? {};

function readAttribute({ name, fieldName = name, description, type, ...rest }: Raw): Attribute {
  const text = type?.text ?? '';
  const choices = [...text.matchAll(/'([^']*)'/g)].map(([, choice = '']) => choice);
  const plain = text === 'boolean' || text === 'number' ? text : 'text';
  return {
    name,
    fieldName,
    description,
    choices,
    kind: choices.length > 0 ? 'choice' : plain,
    default: (rest.default ?? '').replaceAll("'", ''),
  };
}

export const attributes: readonly Attribute[] = (element.attributes ?? []).map(readAttribute);

const withAttribute = new Set(attributes.map(({ fieldName }) => fieldName));
const properties = (element.members ?? []).filter(
  ({ kind, name, readonly }) =>
    kind === 'field' &&
    !readonly &&
    !withAttribute.has(name) &&
    !['formAssociated', 'connection', 'status'].includes(name),
);

function toSetting(part: Setting['part'], kind: Attribute['kind'], raw: Raw): Setting {
  const { name, description } = raw;
  const key = part === 'slots' ? `slot-${name || 'label'}` : name;
  return { part, key, kind, name, description, fieldName: name, choices: [], default: '' };
}

export const settings: readonly Setting[] = [
  ...attributes.map((one): Setting => ({ ...one, part: 'attributes', key: one.name })),
  ...(element.slots ?? []).map((raw) => toSetting('slots', 'text', raw)),
  ...(element.cssProperties ?? []).map((raw) =>
    toSetting('styles', /accent|color|ground/.test(raw.name) ? 'color' : 'text', raw),
  ),
  ...properties.map((raw) => toSetting('properties', 'code', raw)),
];
