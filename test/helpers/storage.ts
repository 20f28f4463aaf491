/** Puts things back as they were, in reverse order. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  run(): void {
    for (const step of this.#steps.splice(0).reverse()) step();
  }

  /** Does this, too, in `run()`. */
  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** Replaces a property until `run()`. */
  replace(owner: object, name: string, descriptor: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { ...descriptor, configurable: true });
    this.#steps.push(() => {
      Reflect.deleteProperty(owner, name);
      if (before) Object.defineProperty(owner, name, before);
    });
  }

  /** Stops the clock at a time in milliseconds since the epoch. */
  stopClockAt(time: number): void {
    this.replace(Date, 'now', { value: () => time });
  }

  /** Makes the mere mention of a storage throw, as browsers do that block it. */
  block(name: 'localStorage' | 'sessionStorage'): void {
    const get = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    this.replace(window, name, { get });
  }
}

export function clearStorage(): void {
  localStorage.clear();
  sessionStorage.clear();
}
