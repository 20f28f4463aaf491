// The in-app file: loaded in the browser of another app, and on the home screen. It says beside the
// button that an identity check may need the camera, and gives a way to the customer's browser.
import type { InAppHost } from '../protocol/in-app.js';
import { appEnglish, type ConnectTexts } from '../texts.js';
import { STYLES } from './styles.js';

type Key = keyof typeof appEnglish;

function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  part = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (part) element.setAttribute('part', part);
  return element;
}

/** Writes a text of the page, or in its language, or in English. */
function write(element: HTMLElement, texts: Partial<ConnectTexts>, key: Key): void {
  const text = texts[key];
  element.textContent = text ?? appEnglish[key];
  element.lang = text === undefined ? 'en' : '';
  if (!element.lang) element.removeAttribute('lang');
}

/**
 * The address of this page for the browser that the customer has chosen on Android. What stands
 * behind the last `#` is for Android, so that a fragment of the page is kept.
 * @see https://developer.chrome.com/docs/android/intents
 */
function writeIntent({ href, protocol }: Location): string {
  const action = 'action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE';
  return (
    href.replace(protocol, 'intent:') + `#Intent;scheme=${protocol.slice(0, -1)};${action};end`
  );
}

/** On the home screen, an address of the app would open the app again. */
function hasIntents(): boolean {
  const isStandalone = matchMedia('(display-mode: standalone)').matches;
  return navigator.userAgent.includes('Android') && !isStandalone;
}

/** Copies the address of the page, or lets the customer do it where the app does not allow it. */
async function copyLink(field: HTMLInputElement, after: HTMLElement): Promise<boolean> {
  field.remove();
  try {
    await navigator.clipboard.writeText(location.href);
    return true;
  } catch {
    field.value = location.href;
    after.after(field);
    field.select();
    return false;
  }
}

/** The notice, and what brings it up to date. */
function createNotice() {
  const notice = create('div', 'notice');
  const camera = create('span');
  const browser = create(hasIntents() ? 'a' : 'span', hasIntents() ? 'browser' : '');
  const copy = create('button', 'copy');
  const copied = create('span');
  const field = create('input', 'link');
  camera.id = 'camera';
  copy.type = 'button';
  copied.role = 'status';
  field.readOnly = true;
  notice.append(camera, ' ', browser, ' ', copy, ' ', copied);

  let texts: Partial<ConnectTexts> = {};
  const update = (next: Partial<ConnectTexts>) => {
    texts = next;
    write(camera, texts, 'camera');
    write(browser, texts, 'browser');
    write(copy, texts, 'copy');
    field.ariaLabel = copy.textContent;
    if (copied.textContent) write(copied, texts, 'copied');
    if (browser instanceof HTMLAnchorElement) browser.href = writeIntent(location);
  };
  // A router may have moved the page since.
  browser.addEventListener('click', () => update(texts));
  copy.addEventListener('click', () => {
    copied.textContent = '';
    void copyLink(field, copied).then((isCopied) => {
      if (isCopied) write(copied, texts, 'copied');
    });
  });
  return { notice, update };
}

let sheet: CSSStyleSheet | undefined;

function adoptStyles(root: ShadowRoot): void {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLES);
    }
    if (!root.adoptedStyleSheets.includes(sheet)) {
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    }
  } catch {
    // In another document, and in Safari of before 2023, the notice is plain.
  }
}

/** Shows the notice beside the button of an element, as long as the customer can start. */
export function watch(host: InAppHost): void {
  // The address of a frame is not the one that a customer would open elsewhere.
  if (window.top !== window) return;
  const { notice, update } = createNotice();
  const show = (root: ShadowRoot) => {
    update(host.texts);
    adoptStyles(root);
    if (!notice.isConnected) root.append(notice);
    // Read aloud with the button, before the customer leaves.
    root.querySelector('[part=button]')?.setAttribute('aria-describedby', 'message camera');
  };
  host.addController({
    hostUpdated() {
      const isAtRest = host.status === 'idle' || host.status === 'failed';
      if (isAtRest && !host.openUrl && host.shadowRoot) show(host.shadowRoot);
      else notice.remove();
    },
  });
  host.requestUpdate();
}
