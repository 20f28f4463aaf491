import type { ReactiveControllerHost } from 'lit';
import type { ConnectError } from '../core/errors.js';
import { log } from '../core/browser/page.js';

/** What a command acts on. */
interface CommandHost extends ReactiveControllerHost, EventTarget {
  connect(): Promise<void>;
  cancel(): void;
  disconnect(): Promise<void>;
}

function run(host: CommandHost, command: unknown): void {
  // A failure is shown, and announced by an event.
  if (command === '--connect') host.connect().catch(() => {});
  if (command === '--cancel') host.cancel();
  if (command !== '--disconnect') return;
  // Nobody else would learn of it: no event is fired, and nobody has the promise.
  host.disconnect().catch((reason: unknown) => log('warn', (reason as ConnectError).message));
}

/**
 * Obeys the buttons of the page that name the element by `commandfor`.
 * @see HTML, the `command` attribute of buttons
 */
export function obeyCommands(host: CommandHost): void {
  const onCommand = (event: Event) => run(host, 'command' in event && event.command);
  // Not called on a server. Adding the same listener again changes nothing.
  host.addController({ hostConnected: () => host.addEventListener('command', onCommand) });
}
