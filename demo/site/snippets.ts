// The code that puts a configured element into a page. Pure: the same configuration, the same text.

export const KINDS = ['Script tag', 'npm', 'React', 'Vue', 'Svelte', 'Angular', 'Next.js'] as const;
export type Kind = (typeof KINDS)[number];

/** A configured element. What has its default is left out. */
export interface Configuration {
  /** `true` for a boolean attribute. */
  readonly attributes: Readonly<Record<string, string | true>>;
  /** Texts by slot; the label has the empty name. */
  readonly slots: Readonly<Record<string, string>>;
  /** CSS custom properties. */
  readonly styles: Readonly<Record<string, string>>;
  /** Properties without attribute, as code. */
  readonly properties: Readonly<Record<string, string>>;
  readonly lang: string;
}

/** Of the release that the snippets name. */
export interface Release {
  readonly version: string;
  /** Values of `integrity` by file, as `dist/integrity.json` has them. */
  readonly integrity: Readonly<Record<string, string>>;
}

const TAG = 'monerium-connect';

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const isUsed = ({ wallet }: Configuration['attributes']) => wallet === 'sign-in';

function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

/** An attribute as HTML, Vue, Svelte and Angular write it. */
function writeAttribute([name, value]: [string, string | true]): string {
  return value === true ? name : `${name}="${escapeHtml(value)}"`;
}

/** JSX decodes no entities in an expression. */
function writeJsxAttribute([name, value]: [string, string | true]): string {
  if (value === true) return `${name}={true}`;
  return /["&{<\\]/.test(value) ? `${name}={${JSON.stringify(value)}}` : `${name}="${value}"`;
}

/** The element with one attribute a line. */
function writeElement(lines: readonly string[], content: string): string {
  const opening = lines.length > 0 ? `<${TAG}\n${indent(lines.join('\n'), '  ')}\n>` : `<${TAG}>`;
  return content ? `${opening}\n${indent(content, '  ')}\n</${TAG}>` : `${opening}</${TAG}>`;
}

function writeSlots(slots: Configuration['slots'], write: (text: string) => string): string {
  return Object.entries(slots)
    .map(([name, text]) => {
      return name ? `<span slot="${name}">${write(text)}</span>` : write(text);
    })
    .join('\n');
}

const entriesOf = ({ attributes, lang }: Configuration) =>
  Object.entries(lang ? { ...attributes, lang } : attributes);

function writeStyle({ styles }: Configuration): string {
  const lines = Object.entries(styles).map(([name, value]) => `  ${name}: ${value};`);
  return lines.length > 0 ? `${TAG} {\n${lines.join('\n')}\n}` : '';
}

function writeHtml(configuration: Configuration): string {
  const content = writeSlots(configuration.slots, escapeHtml);
  return writeElement(entriesOf(configuration).map(writeAttribute), content);
}

/** Sets the properties that have no attribute. */
function writeProperties({ properties }: Configuration, element: string): string[] {
  return Object.entries(properties).map(([name, code]) => `${element}.${name} = ${code};`);
}

function writeImports(configuration: Configuration): string {
  const names = [TAG];
  if (configuration.lang && !/^en\b/.test(configuration.lang)) names.push(`${TAG}/locales`);
  if (isUsed(configuration.attributes)) names.push(`${TAG}/wallet`);
  return names.map((name) => `import '${name}';`).join('\n');
}

function writeScriptTag(file: string, { version, integrity }: Release): string {
  return `<script
  type="module"
  src="https://cdn.jsdelivr.net/npm/${TAG}@${version}/dist/${file}"
  integrity="${integrity[file] ?? ''}"
  crossorigin="anonymous"
></script>`;
}

function writeScriptTags(configuration: Configuration, release: Release): string {
  const files = [`${TAG}.min.js`];
  if (isUsed(configuration.attributes)) files.push(`${TAG}.wallet.min.js`);
  const style = writeStyle(configuration);
  const lines = writeProperties(configuration, 'element');
  const select = `const element = document.querySelector('${TAG}');`;
  return [
    ...files.map((file) => writeScriptTag(file, release)),
    style && `<style>\n${indent(style, '  ')}\n</style>`,
    writeHtml(configuration),
    lines.length > 0 && `<script>\n${indent([select, ...lines].join('\n'), '  ')}\n</script>`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** CSS that belongs into a style sheet of the site. */
function noteStyle(configuration: Configuration): string {
  const style = writeStyle(configuration);
  return style && `/* In your style sheet:\n${style}\n*/`;
}

const join = (...parts: string[]) => parts.filter(Boolean).join('\n\n');

/** For a bundler that reads HTML, such as Vite and Parcel. */
function writeNpm(configuration: Configuration): string {
  const lines = writeProperties(configuration, 'element');
  const select = `const element = document.querySelector('${TAG}');`;
  const script = join(
    writeImports(configuration),
    lines.length > 0 ? [select, ...lines].join('\n') : '',
  );
  const style = writeStyle(configuration);
  return join(
    writeHtml(configuration),
    `<script type="module">\n${indent(script, '  ')}\n</script>`,
    style && `<style>\n${indent(style, '  ')}\n</style>`,
  );
}

/** Functions are JSX expressions as well. */
function writeJsx(configuration: Configuration, withProperties: boolean): string {
  const set = Object.entries(configuration.properties).map(([name, code]) => `${name}={${code}}`);
  const lines = entriesOf(configuration).map(writeJsxAttribute);
  const content = writeSlots(configuration.slots, (text) => `{${JSON.stringify(text)}}`);
  return writeElement(withProperties ? [...lines, ...set] : lines, content);
}

function writeReact(configuration: Configuration): string {
  return join(
    `${writeImports(configuration)}\nimport type {} from '${TAG}/types/react';`,
    `export function Connect() {\n  return (\n${indent(writeJsx(configuration, true), '    ')}\n  );\n}`,
    noteStyle(configuration),
  );
}

/** The router reads the address before any component runs, and restores it later. */
const NEXT_ADDRESS = `/* In instrumentation-client.ts, which takes Monerium's response out of the address:
import '${TAG}/element';
*/`;

/** React takes the markup of a server over without properties: a `ref` sets them. */
function writeNext(configuration: Configuration): string {
  const lines = writeProperties(configuration, 'element');
  const setUp = `function setUp(element: MoneriumConnect | null) {
  if (!element) return;
${indent(lines.join('\n'), '  ')}
}`;
  const loads = writeImports(configuration).replaceAll(/import '(.*)';/g, "void import('$1');");
  const jsx = writeJsx(configuration, false);
  const withRef = lines.length > 0 ? jsx.replace(/\n>/, '\n  ref={setUp}\n>') : jsx;
  return join(
    "'use client';",
    [
      "import { useEffect } from 'react';",
      ...(lines.length > 0 ? [`import type { MoneriumConnect } from '${TAG}';`] : []),
      `import type {} from '${TAG}/types/react';`,
    ].join('\n'),
    lines.length > 0 ? setUp : '',
    `export function Connect() {
  useEffect(() => {
${indent(loads, '    ')}
  }, []);
  return (
${indent(withRef, '    ')}
  );
}`,
    NEXT_ADDRESS,
    noteStyle(configuration),
  );
}

function writeVue(configuration: Configuration): string {
  const set = Object.keys(configuration.properties);
  const declared = Object.entries(configuration.properties).map(
    ([name, code]) => `const ${name} = ${code};`,
  );
  const lines = [
    ...entriesOf(configuration).map(writeAttribute),
    ...set.map((name) => `:${name}.prop="${name}"`),
  ];
  const content = writeSlots(configuration.slots, (text) =>
    escapeHtml(text).replaceAll('{', '&#123;'),
  );
  const style = writeStyle(configuration);
  return join(
    `<script setup lang="ts">\n${join(writeImports(configuration), declared.join('\n'))}\n</script>`,
    `<template>\n${indent(writeElement(lines, content), '  ')}\n</template>`,
    style && `<style>\n${style}\n</style>`,
  );
}

function writeSvelte(configuration: Configuration): string {
  const braces = (text: string) => text.replaceAll('{', '&#123;').replaceAll('}', '&#125;');
  const declared = Object.entries(configuration.properties).map(
    ([name, code]) => `const ${name} = ${code};`,
  );
  const lines = [
    ...entriesOf(configuration).map((entry) => braces(writeAttribute(entry))),
    ...Object.keys(configuration.properties).map((name) => `{${name}}`),
  ];
  const content = writeSlots(configuration.slots, (text) => braces(escapeHtml(text)));
  const script = indent(join(writeImports(configuration), declared.join('\n')), '  ');
  const style = writeStyle(configuration).replace(TAG, `:global(${TAG})`);
  return join(
    `<script lang="ts">\n${script}\n</script>`,
    writeElement(lines, content),
    style && `<style>\n${indent(style, '  ')}\n</style>`,
  );
}

/** A string of Angular's expressions, without a character that has a meaning in a template. */
function writeAngularString(text: string): string {
  const escape = (found: string) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return escapeHtml(`'${text.replaceAll(/[\\'{}@]/g, escape)}'`);
}

/** Angular decodes entities before it looks for `{{`, which only an expression can hold then. */
const isInterpolated = (value: string | true) => value !== true && value.includes('{{');

function writeAngular(configuration: Configuration): string {
  const entities = (text: string) =>
    text.replaceAll('{', '&#123;').replaceAll('}', '&#125;').replaceAll('@', '&#64;');
  const inTemplate = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('`', '\\`');
  const writeOne = ([name, value]: [string, string | true]) =>
    isInterpolated(value)
      ? `[attr.${name}]="${writeAngularString(String(value))}"`
      : entities(writeAttribute([name, value]));
  const lines = [
    ...entriesOf(configuration).map(writeOne),
    ...Object.keys(configuration.properties).map((name) => `[${name}]="${name}"`),
  ];
  const content = writeSlots(configuration.slots, (text) =>
    isInterpolated(text) ? `{{ ${writeAngularString(text)} }}` : entities(escapeHtml(text)),
  );
  const template = inTemplate(writeElement(lines, content)).replaceAll('${', '\\${');
  const fields = Object.entries(configuration.properties).map(
    ([name, code]) => `  ${name} = ${code};`,
  );
  return join(
    `import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';\n${writeImports(configuration)}`,
    `@Component({
  selector: 'app-connect',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: \`
${indent(template, '    ')}
  \`,
})
export class ConnectComponent {${fields.length > 0 ? `\n${fields.join('\n')}\n` : ''}}`,
    noteStyle(configuration),
  );
}

/** The code for a place. It only contains what the configuration sets. */
export function writeSnippet(kind: Kind, configuration: Configuration, release: Release): string {
  switch (kind) {
    case 'Script tag':
      return writeScriptTags(configuration, release);
    case 'npm':
      return writeNpm(configuration);
    case 'React':
      return writeReact(configuration);
    case 'Vue':
      return writeVue(configuration);
    case 'Svelte':
      return writeSvelte(configuration);
    case 'Angular':
      return writeAngular(configuration);
    case 'Next.js':
      return writeNext(configuration);
  }
}
