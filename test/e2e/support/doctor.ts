import type { Frame } from './driver.js';

const ROOT = '[data-monerium-doctor] >>> ';

export interface Said {
  readonly name: string;
  readonly level: string;
  readonly text: string;
}

/** Waits until the doctor has examined the page. */
export function waitForDoctor(page: Frame): Promise<void> {
  return page.waitForSelector(`${ROOT}.toggle`);
}

/** The problems and pieces of advice in the panel of a page. */
export async function readDoctor(page: Frame): Promise<Said[]> {
  await waitForDoctor(page);
  return page.evaluate(() => {
    const root = document.querySelector('[data-monerium-doctor]')?.shadowRoot;
    const items = [...(root?.querySelectorAll<HTMLElement>('li[data-name]') ?? [])];
    return items
      .map(({ dataset, className, textContent }) => {
        return { name: dataset['name'] ?? '', level: className, text: textContent };
      })
      .filter(({ level }) => level !== 'ok');
  });
}

/** Waits until the panel has a finding of this name, or a part of it. */
export function waitForFinding(page: Frame, name: string, part = ''): Promise<void> {
  return page.waitForSelector(`${ROOT}li[data-name="${name}"]${part}`);
}

/** the steps of the flow. */
export function readSteps(page: Frame): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('[data-monerium-doctor]')?.shadowRoot;
    return [...(root?.querySelectorAll('ol li') ?? [])].map(({ textContent }) => textContent ?? '');
  });
}
