// What the element takes, as `custom-elements.json` has it. The form of the configurator follows.
import manifest from '../../custom-elements.json' with { type: 'json' };

export interface Attribute {
  readonly name: string;
  readonly fieldName: string;
  readonly description: string;
  readonly kind: 'boolean' | 'number' | 'choice' | 'text';
  /** Of a `choice`. */
  readonly choices: readonly string[];
  readonly default: string;
}

export interface Named {
  readonly name: string;
  readonly description: string;
}

interface Raw extends Named {
  readonly fieldName?: string;
  readonly default?: string;
  readonly type?: { readonly text: string };
}

interface Declaration {
  readonly tagName?: string;
  readonly attributes?: readonly Raw[];
  readonly slots?: readonly Named[];
  readonly cssProperties?: readonly Named[];
  readonly members?: readonly (Raw & { readonly kind: string; readonly readonly?: boolean })[];
}

const declarations = manifest.modules.flatMap((one) => one.declarations as Declaration[]);
const element = declarations.find(({ tagName }) => tagName === 'monerium-connect') ?? {};

function readAttribute({ name, fieldName = name, description, type, ...rest }: Raw): Attribute {
  const text = type?.text ?? '';
  const choices = [...text.matchAll(/'([^']*)'/g)].map(([, choice = '']) => choice);
  const plain = text === 'boolean' || text === 'number' ? text : 'text';
  return {
    ...{ name, fieldName, description, choices },
    kind: choices.length > 0 ? 'choice' : plain,
    default: (rest.default ?? '').replaceAll("'", ''),
  };
}

export const attributes: readonly Attribute[] = (element.attributes ?? []).map(readAttribute);
export const slots: readonly Named[] = element.slots ?? [];
export const cssProperties: readonly Named[] = element.cssProperties ?? [];

const withAttribute = new Set(attributes.map(({ fieldName }) => fieldName));

/** Properties that have no attribute and can be set. */
export const properties: readonly Named[] = (element.members ?? []).filter(
  ({ kind, name, readonly }) =>
    kind === 'field' &&
    !readonly &&
    !withAttribute.has(name) &&
    !['formAssociated', 'connection', 'status'].includes(name),
);
