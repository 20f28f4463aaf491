// The panel: plain DOM in a shadow root of its own. It decides nothing.
import type { Transition } from '../core/further/doctor.js';
import type { Finding } from './finding.js';
import { describeStep, summarize, TITLES, writeReport, type Inspected } from './report.js';
import { STYLES } from './styles.js';

/** From this width on the panel opens by itself when there is a problem. */
const WIDE = '(min-width: 40rem)';
const LEVELS = ['problem', 'advice', 'ok'] as const;

function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  ...content: (string | Node)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.append(...content);
  return element;
}

function createButton(text: string, onClick: () => void): HTMLButtonElement {
  const button = create('button', text);
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}

/** At an odd index of what it splits. The full stop after an address does not belong to it. */
const ADDRESS = /(https?:\/\/[^\s"]*[^\s".,:;)])/;

function linkAddresses(text: string): (string | Node)[] {
  return text.split(ADDRESS).map((part, at) => {
    if (at % 2 === 0) return part;
    return Object.assign(create('a', part), { href: part, target: '_blank', rel: 'noreferrer' });
  });
}

function createItem({ name, level, text, fix }: Finding): HTMLElement {
  const item = create('li', create('strong', `${TITLES[level]}: `), create('code', name), ' ');
  item.className = level;
  item.dataset['name'] = name;
  item.append(create('p', ...linkAddresses(text)));
  if (fix) item.append(' ', create('p', create('strong', 'Fix: '), ...linkAddresses(fix)));
  return item;
}

function createSection({ name, findings }: Inspected): HTMLElement[] {
  const open = findings.filter(({ level }) => level !== 'ok');
  const passed = findings.filter(({ level }) => level === 'ok');
  const list = create('ul', ...open.map(createItem));
  const summary = create('summary', `Checked and right: ${passed.length}`);
  const details = create('details', summary, create('ul', ...passed.map(createItem)));
  return [create('h2', name), ...(open.length > 0 ? [list] : []), details];
}

function createTransitions(transitions: readonly Transition[]): HTMLElement[] {
  const steps = transitions.map((entry) => create('li', describeStep(entry)));
  const empty = create('p', 'No step yet: click the button.');
  return [create('h2', 'Steps'), steps.length > 0 ? create('ol', ...steps) : empty];
}

/** What has not changed stays, and with it the focus and the selection in it. */
function replace(place: HTMLElement, content: readonly HTMLElement[]): void {
  const text = content.map(({ textContent }) => textContent).join('');
  if (place.textContent !== text) place.replaceChildren(...content);
}

/** One panel per page, at its end. It is in English on pages of every language. */
export class Panel {
  readonly #host = create('div');
  readonly #toggle = createButton('', () => this.#setOpen(this.#body.hidden === true));
  readonly #findings = create('div');
  readonly #steps = create('div');
  readonly #body = create('div');
  /** What changed. The count is for a screen reader alone: the button shows it. */
  readonly #status = create('p');
  #inspected: readonly Inspected[] = [];
  #transitions: readonly Transition[] = [];

  /** @param checkAgain gathers the facts again and calls `show()` */
  constructor(checkAgain: () => void) {
    const root = this.#host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    this.#host.dataset['moneriumDoctor'] = '';
    this.#host.lang = 'en';
    this.#fill(root, checkAgain);
  }

  #fill(root: ShadowRoot, checkAgain: () => void): void {
    const close = createButton('×', () => (this.#host.hidden = true));
    close.ariaLabel = 'Close the doctor';
    const section = create('section', create('header', this.#toggle, close), this.#body);
    section.ariaLabel = 'Doctor of monerium-connect';
    this.#toggle.setAttribute('aria-controls', 'body');
    this.#status.role = 'status';
    const actions = create(
      'div',
      createButton('Check again', () => {
        this.#tell('Checking.');
        checkAgain();
      }),
      createButton('Copy report', () => void this.#copy()),
    );
    actions.className = 'actions';
    Object.assign(this.#body, { id: 'body', className: 'body', tabIndex: 0, role: 'group' });
    this.#body.ariaLabel = 'Findings';
    this.#body.append(actions, this.#status, this.#findings, this.#steps);
    section.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#body.hidden) return;
      this.#setOpen(false);
      this.#toggle.focus();
    });
    this.#setOpen(false);
    root.append(section);
  }

  #tell(text: string, className = ''): void {
    Object.assign(this.#status, { textContent: text, className });
  }

  #setOpen(isOpen: boolean): void {
    this.#body.hidden = !isOpen;
    this.#toggle.ariaExpanded = String(isOpen);
  }

  /** Shows what was found. What the reader has opened stays open. */
  show(inspected: readonly Inspected[], transitions: readonly Transition[]): void {
    this.#inspected = inspected;
    this.#transitions = transitions;
    const findings = inspected.flatMap((one) => one.findings);
    const worst = LEVELS.find((wanted) => findings.some(({ level }) => level === wanted)) ?? 'ok';
    const summary = `Doctor: ${summarize(inspected)}`;
    this.#toggle.textContent = summary;
    this.#toggle.className = `toggle ${worst}`;
    const opened = [...this.#findings.querySelectorAll('details')].map(({ open }) => open);
    replace(this.#findings, inspected.flatMap(createSection));
    replace(this.#steps, createTransitions(transitions));
    this.#findings.querySelectorAll('details').forEach((details, at) => {
      details.open = opened[at] ?? false;
    });
    this.#tell(`${summary}.`, 'unseen');
    if (!this.#host.isConnected) this.#enter(worst === 'problem');
  }

  #enter(hasProblem: boolean): void {
    document.body.append(this.#host);
    if (hasProblem && matchMedia(WIDE).matches) this.#setOpen(true);
  }

  async #copy(): Promise<void> {
    const address = location.origin + location.pathname;
    try {
      const report = writeReport(this.#inspected, this.#transitions, address);
      await navigator.clipboard.writeText(report);
      this.#tell('The report is in the clipboard.');
    } catch {
      this.#tell('The browser did not allow copying.');
    }
  }

  remove(): void {
    this.#host.remove();
  }
}
