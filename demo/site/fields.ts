// The form of the configurator: a field for everything that the manifest names.
import type { Attribute, Named } from './manifest.js';

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Fills a `<select>`. An option is its value, or a pair of value and text. */
export function fillSelect(
  select: HTMLSelectElement,
  options: readonly (string | readonly [value: string, text: string])[],
): void {
  for (const option of options) {
    const [value, text] = typeof option === 'string' ? [option, option] : option;
    select.add(new Option(text, value));
  }
}

function createInput({ kind, choices, ...attribute }: Attribute): Input {
  if (kind === 'choice') {
    const select = document.createElement('select');
    const isOptional = attribute.default === '';
    fillSelect(select, [...(isOptional ? [['', 'not set'] as const] : []), ...choices]);
    select.value = attribute.default;
    return select;
  }
  const input = document.createElement('input');
  input.type = kind === 'boolean' ? 'checkbox' : kind;
  input.placeholder = kind === 'boolean' ? '' : attribute.default;
  return input;
}

function addField(place: HTMLElement, input: Input, name: string, { description }: Named): void {
  const field = document.createElement('div');
  field.className = 'field';
  const label = document.createElement('label');
  const hint = document.createElement('p');
  input.id = `field-${place.id}-${name || 'default'}`;
  input.name = name;
  hint.id = `${input.id}-hint`;
  hint.textContent = description;
  label.htmlFor = input.id;
  label.textContent = name || '(default)';
  input.setAttribute('aria-describedby', hint.id);
  input.setAttribute('autocomplete', 'off');
  field.append(label, input, hint);
  place.append(field);
}

export function addAttributes(place: HTMLElement, attributes: readonly Attribute[]): void {
  for (const attribute of attributes) {
    addField(place, createInput(attribute), attribute.name, attribute);
  }
}

/** Fields of free text, on one line or on several. */
export function addTexts(
  place: HTMLElement,
  all: readonly Named[],
  tag: 'input' | 'textarea',
): void {
  for (const one of all) addField(place, document.createElement(tag), one.name, one);
}

/** What the fields of a place hold, without what is empty. `true` for a checked box. */
export function readFields(place: HTMLElement): Record<string, string | true> {
  const inputs = [...place.querySelectorAll<Input>('input, select, textarea')];
  const values = inputs.map((input): [string, string | boolean] => {
    const isBox = input instanceof HTMLInputElement && input.type === 'checkbox';
    return [input.name, isBox ? input.checked : input.value.trim()];
  });
  return Object.fromEntries(
    values.filter((entry): entry is [string, string | true] => Boolean(entry[1])),
  );
}
