/** Where the documents are. The build writes the version. */
export const DOCUMENTS = 'https://unpkg.com/monerium-connect@VERSION/docs';

/** What a check says. `advice` works, and could be better; `ok` was checked and is right. */
export type Level = 'problem' | 'advice' | 'ok';

export interface Finding {
  /** Stable, in kebab case, such as `redirect-uri-slash`. For the failure of a flow: its code. */
  readonly name: string;
  readonly level: Level;
  /** What was found, in one or two sentences. It holds no secret. */
  readonly text: string;
  /** How to fix it. Absent when there is nothing to fix. */
  readonly fix?: string;
}

/** Something that keeps a flow from ending well. */
export function problem(name: string, text: string, fix: string): Finding {
  return { name, level: 'problem', text, fix };
}

/** Something that works and could be better. */
export function advice(name: string, text: string, fix: string): Finding {
  return { name, level: 'advice', text, fix };
}

/** Something that is right. */
export function ok(name: string, text: string): Finding {
  return { name, level: 'ok', text };
}
