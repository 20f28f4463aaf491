// The form of the configurator: a field for everything that the manifest names.
import type { Setting } from './manifest.js';

export type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

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

function createInput({ kind, choices, ...setting }: Setting): Input {
  if (kind === 'code') return document.createElement('textarea');
  if (kind === 'choice') {
    const select = document.createElement('select');
    const isOptional = setting.default === '';
    fillSelect(select, [...(isOptional ? [['', 'not set'] as const] : []), ...choices]);
    select.value = setting.default;
    return select;
  }
  const input = document.createElement('input');
  input.type = { boolean: 'checkbox', color: 'text', number: 'number', text: 'text' }[kind];
  input.placeholder = kind === 'color' ? 'such as #0a7d4f' : setting.default;
  return input;
}

/** Writes its colour into the field beside it, which also takes `rgb()` and gradients. */
function createPicker(input: Input): HTMLInputElement {
  const picker = document.createElement('input');
  picker.type = 'color';
  picker.ariaLabel = `Choose ${input.name}`;
  picker.addEventListener('input', () => (input.value = picker.value));
  return picker;
}

/** What stands between backticks is code. */
function writeHint(hint: HTMLElement, text: string): void {
  const parts = text.split('`').map((part, index) => {
    if (index % 2 === 0) return part;
    return Object.assign(document.createElement('code'), { textContent: part });
  });
  hint.append(...parts);
}

/** Adds the field of a setting. */
export function addField(place: HTMLElement, setting: Setting): void {
  const field = document.createElement('div');
  const label = document.createElement('label');
  const hint = document.createElement('p');
  const input = createInput(setting);
  field.className = `field ${setting.kind}`;
  input.id = `field-${setting.key}`;
  input.name = setting.key;
  input.setAttribute('aria-describedby', `${input.id}-hint`);
  input.setAttribute('autocomplete', 'off');
  label.htmlFor = input.id;
  const slot = setting.name ? `slot="${setting.name}"` : 'label';
  label.textContent = setting.part === 'slots' ? slot : setting.name;
  hint.id = `${input.id}-hint`;
  writeHint(hint, setting.description);
  field.append(label, input, ...(setting.kind === 'color' ? [createPicker(input)] : []), hint);
  place.append(field);
}

const isBox = (input: Input): input is HTMLInputElement => input.type === 'checkbox';

/** What a field holds: `true` for a checked box. One that is switched off holds nothing. */
export function readField(input: Input): string {
  if (input.disabled) return '';
  if (isBox(input)) return input.checked ? 'true' : '';
  return input.value.trim();
}

export function fillField(input: Input, value: string): void {
  if (isBox(input)) input.checked = value === 'true';
  else input.value = value;
}
