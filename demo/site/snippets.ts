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

/** A flow of the server has its own client, mode and exchange: with them it is `invalid_config`. */
function fit(configuration: Configuration): Configuration {
  const { attributes, properties, slots } = configuration;
  if (!attributes['start-url']) {
    return { ...configuration, attributes: { 'client-id': 'your-client-id', ...attributes } };
  }
  const without = <Value>(all: Readonly<Record<string, Value>>, ...names: string[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
  return {
    ...configuration,
    attributes: {
      ...without(attributes, 'client-id', 'mode', 'redirect-uri', 'wallet', 'stay-connected'),
      'stay-connected': true,
    },
    properties: without(properties, 'exchange'),
    slots: { fallback: 'Connect with Monerium', ...slots },
  };
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

/** An attribute as HTML, Vue, Svelte and Angular write it. */
function writeAttribute([name, value]: [string, string | true]): string {
  return value === true ? name : `${name}="${escapeHtml(value)}"`;
}

/** A property of the component for React. JSX decodes no entities in an expression. */
function writeProp([name, value]: [string, string | true]): string {
  const prop = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (value === true) return prop;
  if (name === 'timeout') return `${prop}={${value}}`;
  return /["&{<\\]/.test(value) ? `${prop}={${JSON.stringify(value)}}` : `${prop}="${value}"`;
}

/** The element with one attribute a line. */
function writeElement(lines: readonly string[], content: string): string {
  const opening = lines.length > 0 ? `<${TAG}\n${indent(lines.join('\n'), '  ')}\n>` : `<${TAG}>`;
  return content ? `${opening}\n${indent(content, '  ')}\n</${TAG}>` : `${opening}</${TAG}>`;
}

/** Before the script has run, a link starts a flow of the server. */
function writeSlots(
  { slots, attributes }: Configuration,
  write: (text: string) => string,
  writeOne: (entry: [string, string | true]) => string = writeAttribute,
): string {
  const startUrl = attributes['start-url'];
  return Object.entries(slots)
    .map(([name, text]) => {
      const href = name === 'fallback' && startUrl ? ` ${writeOne(['href', startUrl])}` : '';
      const tag = href ? 'a' : 'span';
      return name ? `<${tag} slot="${name}"${href}>${write(text)}</${tag}>` : write(text);
    })
    .join('\n');
}

const entriesOf = ({ attributes, lang }: Configuration) =>
  Object.entries(lang ? { ...attributes, lang } : attributes);

function writeStyle({ styles }: Configuration): string {
  // A link to the configurator may come from anybody: a value ends neither its rule nor its tag.
  const lines = Object.entries(styles).map(
    ([name, value]) => `  ${name}: ${value.replaceAll(/[;{}<*]/g, '')};`,
  );
  return lines.length > 0 ? `${TAG} {\n${lines.join('\n')}\n}` : '';
}

function writeHtml(configuration: Configuration): string {
  const content = writeSlots(configuration, escapeHtml);
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

/** A file whose integrity is not known is a copy of the site. */
function writeScriptTag(file: string, { version, integrity }: Release): string {
  const value = integrity[file];
  if (!value) return `<script type="module" src="/${file}"></script>`;
  return `<script
  type="module"
  src="https://cdn.jsdelivr.net/npm/${TAG}@${version}/dist/${file}"
  integrity="${value}"
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

/** The router reads the address before any component runs, and restores it later. */
const NEXT_ADDRESS = `/* In instrumentation-client.ts, which takes Monerium's response out of the address:
import '${TAG}/element';
*/`;

/** The component needs `@lit/react`. Functions are JSX expressions as well. */
function writeReact(configuration: Configuration, isNext: boolean): string {
  const set = Object.entries(configuration.properties).map(([name, code]) => `${name}={${code}}`);
  const lines = [...entriesOf(configuration).map(writeProp), ...set];
  const writeText = (text: string) => (/^[\w ]+$/.test(text) ? text : `{${JSON.stringify(text)}}`);
  const content = writeSlots(configuration, writeText, writeProp);
  const element = writeElement(lines, content).replaceAll(TAG, 'MoneriumConnect');
  const [, ...others] = writeImports(configuration).split('\n');
  const imports = [`import { MoneriumConnect } from '${TAG}/react';`, ...others].join('\n');
  return join(
    isNext ? "'use client';" : '',
    imports,
    `export function Connect() {\n  return (\n${indent(element, '    ')}\n  );\n}`,
    isNext ? NEXT_ADDRESS : '',
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
  const content = writeSlots(configuration, (text) => escapeHtml(text).replaceAll('{', '&#123;'));
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
  const writeOne = (entry: [string, string | true]) => braces(writeAttribute(entry));
  const lines = [
    ...entriesOf(configuration).map(writeOne),
    ...Object.keys(configuration.properties).map((name) => `{${name}}`),
  ];
  const content = writeSlots(configuration, (text) => braces(escapeHtml(text)), writeOne);
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
  const writeText = (text: string) =>
    isInterpolated(text) ? `{{ ${writeAngularString(text)} }}` : entities(escapeHtml(text));
  const content = writeSlots(configuration, writeText, writeOne);
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
export function writeSnippet(kind: Kind, wanted: Configuration, release: Release): string {
  const configuration = fit(wanted);
  switch (kind) {
    case 'Script tag':
      return writeScriptTags(configuration, release);
    case 'npm':
      return writeNpm(configuration);
    case 'React':
    case 'Next.js':
      return writeReact(configuration, kind === 'Next.js');
    case 'Vue':
      return writeVue(configuration);
    case 'Svelte':
      return writeSvelte(configuration);
    case 'Angular':
      return writeAngular(configuration);
  }
}

/** The redirect page of the examples with this tag: any framework serves it as a file. */
export function writeRedirectPage(
  example: string,
  configuration: Configuration,
  release: Release,
): string {
  const tag = indent(writeScriptTags(fit(configuration), release), '      ');
  return example
    .replace('lang="en"', `lang="${configuration.lang || 'en'}"`)
    .replace(/ *<script [^]*<\/monerium-connect>/, () => tag);
}

/** The code by its place. The examples are those of the redirect page, and of the server's half. */
export function writeFiles(
  kind: Kind,
  configuration: Configuration,
  release: Release,
  examples: { readonly page: string; readonly server: string },
): Record<string, string> {
  const { attributes, properties } = configuration;
  const { 'start-url': startUrl = '', 'redirect-uri': redirectUri } = attributes;
  const files: Record<string, string> = {
    'Your page': writeSnippet(kind, configuration, release),
  };
  if (redirectUri && !startUrl) {
    files['Redirect page'] = writeRedirectPage(examples.page, configuration, release);
  }
  if (attributes['backend-url'] && !properties['exchange']) {
    const [, base = '/monerium'] = /^([\w/-]+)\/start$/.exec(String(startUrl)) ?? [];
    files['Your server'] = examples.server.replaceAll(/\/monerium(?=['\n])/g, base);
  }
  return files;
}
