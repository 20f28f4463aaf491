import type { ConnectionStatus } from '../../../src/core/connection.js';
import { TASK_MS } from './clock.js';
import type { Core } from './core.js';
import { check, checkEnd, listLeft } from './invariants.js';
import { drain } from './progress.js';
import type { Setting } from './setting.js';
import { take, type Step } from './steps.js';
import { World } from './world.js';

/** One history, in a browser of its own. Every rule is checked after every step. */
export class History {
  /** The states that it came through. */
  readonly reached = new Set<ConnectionStatus>();
  readonly #world: World;
  readonly #taken: string[] = [];

  /** @param change breaks the core of every page */
  constructor(setting: Setting, change?: (core: Core) => void) {
    this.#world = new World(setting, change);
  }

  get status(): ConnectionStatus {
    return this.#world.connection.status;
  }

  /** What the last flow has announced. */
  get endings(): readonly string[] {
    return this.#world.announced.endings;
  }

  get posts(): number {
    return this.#world.browser.network.posts.length;
  }

  /**
   * Takes the steps, then lets everything come to its end. Fails with the steps that have led to a
   * broken rule.
   * @param assertBetween called after the steps, before the end
   */
  async run(steps: readonly Step[], assertBetween = () => {}): Promise<void> {
    const { browser } = this.#world;
    browser.install();
    try {
      this.#world.load('nothing');
      for (const step of steps) {
        await take(this.#world, step);
        this.#note(step, await check(this.#world));
      }
      assertBetween();
      await this.#end();
    } finally {
      browser.uninstall();
    }
  }

  async #end(): Promise<void> {
    const world = this.#world;
    await drain(world);
    this.#note('half an hour passes', [...(await check(world)), ...checkEnd(world)]);
    // A lost popup is listened to as long as a connector shows its loss.
    world.detachAll();
    await world.browser.clock.pass(TASK_MS);
    this.#note('all connectors leave', [...(await check(world)), ...listLeft(world)]);
  }

  #note(step: Step, broken: readonly string[]): void {
    this.reached.add(this.status);
    this.#taken.push(`${step} -> ${this.status}`);
    if (broken.length === 0) return;
    throw new Error(`${broken.join('; ')}, after:\n  ${this.#taken.join('\n  ')}`);
  }
}
