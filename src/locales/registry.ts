import type { ConnectTexts } from '../core/texts.js';

/** Loads one of its languages, which then registers itself. */
export type Loader = (tag: string) => Promise<unknown>;

/** A language by its lower-case tag, or a loader and its tags with a blank between them. */
export type Entry = readonly [tags: string, value: Partial<ConnectTexts> | Loader];

const shared = globalThis as { [key: symbol]: Entry[] | undefined };

/**
 * The languages of a page: script and languages may load in any order, and in several copies. The
 * last texts for a tag count. An element replaces `push()`, to learn what is added.
 */
export const registry = (shared[Symbol.for('monerium-connect.texts')] ??= []);

/** Adds a language to the page, and shows it where it is asked for. */
export function registerTexts(tag: string, texts: Partial<ConnectTexts>): void {
  registry.push([tag, texts]);
}
