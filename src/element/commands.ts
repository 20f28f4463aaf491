/** What a command acts on. */
interface CommandHost extends EventTarget {
  connectByClick(): void;
  cancel(): void;
  disconnectByClick(): void;
}

function run(host: CommandHost, command: unknown): void {
  if (command === '--connect') host.connectByClick();
  if (command === '--cancel') host.cancel();
  if (command === '--disconnect') host.disconnectByClick();
}

/**
 * Obeys the buttons of the page that name the element by `commandfor`.
 * @see HTML, the `command` attribute of buttons
 */
export function handleCommands(host: CommandHost): void {
  host.addEventListener('command', (event) => run(host, 'command' in event && event.command));
}
