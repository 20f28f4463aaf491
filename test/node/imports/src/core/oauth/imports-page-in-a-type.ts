// eslint-disable-next-line @typescript-eslint/consistent-type-imports -- What the rule must see.
export type Page = typeof import('../browser/page.js');
