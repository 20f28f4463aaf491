// The markup of the element for each state. It decides nothing.
import { html, nothing, type TemplateResult } from 'lit';
import { isRunning, mustWait, type Connection, type Running } from '../core/connection.js';
import type { ConnectError } from '../core/errors.js';
import { isFramed, isOnline } from '../core/browser/window.js';
import { CHOOSING } from '../core/flow/state.js';
import type { ElementText } from '../core/texts.js';
import { draw } from './drawings.js';
import type { Label } from './label.js';
import type { Language } from './language.js';
import { chooseText } from './texts.js';

/** What the markup reads from its element, and does there. */
export interface ViewHost {
  readonly connection: Connection;
  readonly withHint: boolean;
  readonly withDisconnect: boolean;
  readonly wallet: string;
  connectByClick(mode?: 'redirect'): void;
  cancel(): void;
  disconnectByClick(): void;
  requestUpdate(): void;
}

/** What the markup is made of. */
export interface View extends Label {
  readonly host: ViewHost;
  /** Asked for, and there is an icon. */
  readonly isIconOnly: boolean;
  /** Nothing is shown but that this window, once a popup, may be closed. */
  readonly isDone: boolean;
  readonly isDisabled: boolean;
  /** The classes of appearance and size. */
  readonly look: string;
  /** The ready label of the idle button. */
  readonly ready: ElementText;
  readonly language: Pick<Language, 'read' | 'write'>;
  /** The platform announces changes itself: the region is silent. */
  readonly isSilent: boolean;
  /** A click opens a window. */
  readonly isPopup: boolean;
  /** Why the customer is still connected, after a click on the button that disconnects. */
  readonly disconnectError: ConnectError | undefined;
}

/** The live region stays while its content changes: only then screen readers announce it. */
export function renderView(view: View): TemplateResult {
  const { host, isDone, isIconOnly, look } = view;
  const hasButton = host.connection.status !== 'connected' && !isDone;
  return html`${hasButton ? renderTrigger(view) : nothing}
    <div
      part="status"
      role="status"
      tabindex="-1"
      aria-live=${view.isSilent ? 'off' : nothing}
      class=${hasButton ? nothing : `${look} ${isIconOnly ? '' : 'kept'}`}
    >
      ${renderStatus(view)}
    </div>
    <div class="now">${renderChoices(view)}</div>
    ${hasButton || isIconOnly ? nothing : renderRoom(view)}`;
}

/** Without a button: takes the width that the idle button had, and is not seen. */
function renderRoom(view: View): TemplateResult {
  return html`<div class="room ${view.look}">${renderLongRow(view)}${renderIdleRow(view)}</div>`;
}

function renderMessage(error: ConnectError, language: View['language']): TemplateResult {
  const text = language.write(chooseText(error, isOnline()), error.code);
  return html`<span part="message" id="message" class=${error.kind}>${text}</span>`;
}

function renderStatus({ host, language, isDone, disconnectError }: View): unknown {
  const { connection } = host;
  if (isRunning(connection)) {
    const progress = language.write(nameProgress(connection));
    return html`<span class="for-screen-readers">${progress}</span>`;
  }
  if (connection.status === 'failed') return renderMessage(connection.error, language);
  if (connection.status === 'connected') {
    const message = disconnectError && renderMessage(disconnectError, language);
    return html`<span part="tick">${draw('tick')}</span
      ><span><slot name="connected">${language.write('connected')}</slot>${message}</span>`;
  }
  return isDone ? language.write('done') : nothing;
}

/** The page's button or the built-in one: the same in all states, so that it keeps its focus. */
function renderTrigger(view: View): TemplateResult {
  const { host, look } = view;
  const { connection } = host;
  const isBusy = mustWait(connection);
  const label = renderLabel(view);
  const start = (event: Event) => {
    // A button of the page may be one that submits its form, or a link.
    event.preventDefault();
    host.connectByClick();
  };
  return html`<slot
    name="trigger"
    class=${view.isIconOnly ? 'icon-only' : nothing}
    @click=${start}
    @slotchange=${() => host.requestUpdate()}
    ><button
      part="button"
      type="button"
      aria-busy=${isBusy}
      aria-disabled=${isBusy}
      aria-describedby="message"
      class="${look} ${connection.status}"
      ?disabled=${view.isDisabled}
    >
      ${renderLongRow(view)}${renderIdleRow(view, !label)}${
        label &&
        html`<span class="row now"
          >${isBusy ? html`<span part="spinner">${draw('arc')}</span>` : nothing}<span part="label"
            >${label}</span
          >${isBusy ? nothing : renderDetails(view)}</span
        >`
      }
    </button></slot
  >`;
}

function renderIdleRow(view: View, isShown = false): TemplateResult {
  const ready = view.language.write(view.ready);
  return html`<span class="row"
    ><slot name="icon" part="icon"></slot
    ><span part=${isShown ? 'label' : nothing}
      ><slot>${ready}</slot>${view.isLabelBlank ? ready : nothing}</span
    >${isShown && view.isPopup ? renderDetails(view) : nothing}</span
  >`;
}

/**
 * Never visible. Each line reserves the width of a label that may follow, and the padding that of
 * the spinner. The lines are CSS content: a text search of the page finds visible text only.
 */
function renderLongRow(view: View): unknown {
  const { host, isIconOnly, isPopup, language } = view;
  if (isIconOnly) return nothing;
  const labels: ElementText[] = ['connected', 'redirecting', 'exchanging', 'retry'];
  if (isPopup) labels.push('waiting');
  if (host.wallet !== 'none') labels.push('wallets', 'signing', 'signed');
  // A browser measures Latin-1 alone much faster. Four dots are as wide as the ellipsis or wider.
  const lines = labels.map((key) => language.read(key).replace('…', '....')).join('\n');
  return html`<span class="row long" data-lines=${lines}></span>`;
}

/** The text for a flow that is under way. */
function nameProgress(connection: Running): ElementText {
  return connection === CHOOSING ? 'wallets' : connection.status;
}

/** Whether to offer another try: not after the customer's own refusal, or a fault in the set-up. */
function canRetry(connection: Connection): boolean {
  return connection.status === 'failed' && connection.error.kind === 'failed';
}

/** What takes the place of the idle label. */
function renderLabel({ host: { connection }, language }: View): unknown {
  if (isRunning(connection)) return language.write(nameProgress(connection));
  return canRetry(connection) ? language.write('retry') : undefined;
}

/** Read aloud after the label: what is tried again, and that a window opens. */
function renderDetails({ host, pageLabel, ready, isPopup, language }: View): TemplateResult {
  const label = canRetry(host.connection) ? [' – ', pageLabel || language.write(ready)] : nothing;
  const popup = isPopup ? [' (', language.write('popup'), ')'] : nothing;
  return html`<span class="for-screen-readers">${label}${popup}</span>`;
}

/** Beside the button: what else the customer can do, and notes. */
function renderChoices(view: View): unknown {
  const { host, language } = view;
  const { connection } = host;
  const cancel = () => host.cancel();
  const choice = (text: ElementText, onClick: () => void, part: string = text) =>
    html`<button part=${part} type="button" @click=${onClick}>${language.write(text)}</button>`;
  switch (connection.status) {
    case 'idle':
      return host.withHint ? html`<span part="hint">${language.write('hint')}</span>` : nothing;
    case 'waiting':
      return [choice('reopen', () => host.connectByClick()), choice('cancel', cancel)];
    case 'signing':
    case 'signed':
      return choice('cancel', cancel);
    case 'failed':
      // Monerium does not load in a frame: there a popup is the only way.
      if (connection.error.code !== 'popup_blocked' || isFramed() || view.isDisabled)
        return nothing;
      return choice('continueHere', () => host.connectByClick('redirect'), 'reopen');
    case 'connected':
      return host.withDisconnect ? choice('disconnect', () => host.disconnectByClick()) : nothing;
    case 'checking':
    case 'redirecting':
    case 'exchanging':
      return nothing;
    default:
      return connection satisfies never;
  }
}
