// Runs in every page before its own scripts: finds buttons, and marks in the trace what happens.
(() => {
  const buttonOf = (/** @type {Element} */ node) =>
    node.matches('button') ? node : (node.shadowRoot ?? node).querySelector('button');

  /** A customer could click it: it is drawn, on top, and not disabled. */
  const isClickable = (/** @type {Element | null} */ button) => {
    const box = button?.getBoundingClientRect();
    if (!button || !box?.width || !box.height || button.matches(':disabled')) return false;
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const root = button.getRootNode();
    return button.contains(top) || (root instanceof ShadowRoot && root.host === top);
  };

  /** The task after the frame that is being made. */
  const afterFrame = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });

  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  const task = () => new Promise((resolve) => setTimeout(resolve));

  const place = () => document.querySelector('main') ?? document.createElement('main');

  /**
   * @param {Element} holder
   * @param {string} markup
   * @param {number} count
   * @returns {() => void} what must be done before the holder goes
   */
  const fill = (holder, markup, count) => {
    const { mountPeer } = /** @type {{ mountPeer?: Function }} */ (globalThis);
    if (!mountPeer) {
      holder.innerHTML = markup.repeat(count);
      return () => {};
    }
    // The script of a peer without an element reads its attributes from the place it gets.
    const template = document.createElement('template');
    template.innerHTML = markup;
    for (const { name, value } of template.content.firstElementChild?.attributes ?? []) {
      holder.setAttribute(name, value);
    }
    return mountPeer(holder, count);
  };

  const probe = {
    /**
     * Fetches and runs a script.
     * @param {string} src
     */
    addScript(src) {
      document.head.append(
        Object.assign(document.createElement('script'), { type: 'module', src }),
      );
    },

    /** Marks the task after the frame in which the page's button is drawn. */
    async watchButton() {
      const find = () => [...place().children].map(buttonOf).find(isClickable);
      do await frame();
      while (!find());
      await afterFrame();
      performance.mark('bench:button');
    },

    /** The middle of the page's button. */
    middle() {
      const box = [...place().children].map(buttonOf).find(isClickable)?.getBoundingClientRect();
      return {
        x: (box?.x ?? 0) + (box?.width ?? 0) / 2,
        y: (box?.y ?? 0) + (box?.height ?? 0) / 2,
      };
    },

    /** Marks the next click, and the navigation that it leads to. */
    watchClick() {
      addEventListener('click', () => performance.mark('bench:click'), { capture: true });
      const { navigation } = /** @type {{ navigation: EventTarget }} */ (
        /** @type {unknown} */ (window)
      );
      navigation.addEventListener('navigate', () => performance.mark('bench:navigate'));
    },

    /**
     * Puts `count` of them on the page and waits until all are there.
     * @param {string} markup of one element
     * @param {number} count
     * @param {() => Promise<unknown>} [turn] what is waited for between two looks
     * @returns {Promise<() => void>} removes them
     */
    async mount(markup, count, turn = frame) {
      const holder = document.createElement('div');
      place().append(holder);
      const unmount = fill(holder, markup, count);
      const isThere = () => {
        const all = [...holder.children];
        return all.length === count && all.every((node) => buttonOf(node)?.clientWidth);
      };
      do await turn();
      while (!isThere());
      // What an element does by itself once it is there belongs to its costs.
      await task();
      await turn();
      return () => {
        unmount();
        holder.remove();
      };
    },

    /**
     * Mounts one and takes it away again, as often as asked.
     * @param {string} markup
     * @param {number} cycles
     */
    async cycle(markup, cycles) {
      for (let turn = 0; turn < cycles; turn += 1) (await probe.mount(markup, 1, task))();
    },
  };
  Object.assign(globalThis, { probe });
})();
