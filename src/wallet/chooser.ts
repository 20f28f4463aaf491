// The list of wallets, in a modal dialog of plain elements.
import type { WalletHost, WalletProvider } from '../core/oauth/wallet.js';
import { listWallets, watchWallets, type FoundWallet } from './discovery.js';
import { Failure } from './failure.js';
import { STYLES } from './styles.js';
import { walletEnglish } from '../core/texts.js';

const POLL_MS = 500;

/**
 * What the customer has chosen; without a provider, to go on without a wallet. The provider is in
 * an object, because a promise would call a method `then` of it.
 */
export interface Choice {
  readonly provider?: WalletProvider | undefined;
}

/** Makes an element with a text and a name for `::part()`. */
function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { text = '', part = '' } = {},
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.textContent = text;
  if (part) element.setAttribute('part', part);
  return element;
}

function createButton(text: string, onClick: () => void, part?: string): HTMLButtonElement {
  const button = create('button', { text, ...(part && { part }) });
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}

/** An icon that is broken, or blocked by a policy of the page, is removed without a gap. */
function createIcon(source: string): HTMLImageElement {
  const icon = create('img', { part: 'wallet-icon' });
  icon.alt = '';
  icon.addEventListener('error', () => icon.remove());
  icon.src = source;
  return icon;
}

function createItem(wallet: FoundWallet, onClick: () => void): HTMLElement {
  const item = create('li');
  const button = createButton('', onClick, 'wallet');
  const label = create('span');
  // A name may be of another direction of writing than its surroundings. Two wallets may have the
  // same: their domains tell them apart.
  label.append(create('bdi', { text: wallet.name }), create('small', { text: wallet.rdns }));
  if (wallet.icon) button.append(createIcon(wallet.icon));
  button.append(label);
  item.append(button);
  return item;
}

/** A list of the wallets that are known now. Those that it shows already keep their place. */
function createList(onChoose: (choice: Choice) => void) {
  const list = create('ul');
  const items = new Map<FoundWallet, HTMLElement>();
  const update = () => {
    const wallets = listWallets();
    for (const wallet of wallets) {
      if (!items.has(wallet))
        items.set(
          wallet,
          createItem(wallet, () => onChoose(wallet)),
        );
    }
    for (const [wallet, item] of items) {
      if (!wallets.includes(wallet)) item.remove();
      else if (!item.parentNode) list.append(item);
    }
  };
  return { list, update };
}

/** `display: none` would hide the dialog as well. An older Safari does not tell. */
function isRendered({ host }: ShadowRoot): boolean {
  const { checkVisibility } = host as Partial<Element>;
  return host.isConnected && (checkVisibility?.call(host) ?? true);
}

let sheet: CSSStyleSheet | undefined;

function adoptStyles(root: ShadowRoot | Document): void {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLES);
    }
    root.adoptedStyleSheets = [...new Set([...root.adoptedStyleSheets, sheet])];
  } catch {
    // In another document, and in Safari of before 2023, the dialog is plain.
  }
}

/** Shows the dialog in the element, or in the page when the element is not rendered. */
function show(dialog: HTMLDialogElement, { shadowRoot }: WalletHost): void {
  const root = shadowRoot && isRendered(shadowRoot) ? shadowRoot : document;
  (root === document ? document.body : root).append(dialog);
  adoptStyles(root);
  dialog.showModal();
}

/** Fills the dialog. `finish` is called with what is chosen, and without it to cancel. */
function fill(
  dialog: HTMLElement,
  { texts }: WalletHost,
  canGoWithout: boolean,
  finish: (choice?: Choice) => void,
) {
  const { list, update } = createList(finish);
  const box = create('div');
  const { wallets, noWallet, email, cancel } = { ...walletEnglish, ...texts };
  box.append(create('h2', { text: wallets }), list, create('p', { text: noWallet }));
  if (canGoWithout) box.append(createButton(email, () => finish({})));
  box.append(createButton(cancel, () => finish()));
  dialog.ariaLabel = wallets;
  dialog.append(box);
  // Esc, and the system's own gesture.
  dialog.addEventListener('close', () => finish());
  // Outside of the box is the backdrop.
  dialog.addEventListener('pointerdown', ({ target }) => target === dialog && finish());
  return update;
}

/**
 * Shows the wallets of this browser. The dialog is closed before the promise settles, so that it
 * does not cover the window of a wallet. It settles in the task of the click.
 * @throws WalletFailure `aborted`: cancelled, or the signal has aborted
 */
export function chooseWallet(
  host: WalletHost,
  canGoWithout: boolean,
  signal: AbortSignal,
): Promise<Choice> {
  return new Promise((resolve, reject) => {
    const dialog = create('dialog', { part: 'wallets' });
    const finish = (choice?: Choice) => {
      dialog.close();
      dialog.remove();
      clearInterval(timer);
      unwatch();
      if (choice) resolve(choice);
      else reject(new Failure('', 'aborted'));
    };
    const update = fill(dialog, host, canGoWithout, finish);
    const unwatch = watchWallets(update);
    update();
    show(dialog, host);
    // When the element has been moved or removed, its dialog is no longer modal.
    const timer = setInterval(() => dialog.matches(':modal') || finish(), POLL_MS);
    signal.addEventListener('abort', () => finish());
  });
}
