/** What a command acts on. */
interface CommandHost extends EventTarget {
  connectByClick(): void;
  cancel(): void;
  disconnectByClick(): void;
}

/**
 * Handles the buttons of the page that name the element by `commandfor`.
 * @see HTML, the `command` attribute of buttons
 */
export function handleCommands(host: CommandHost): void {
  host.addEventListener('command', (event) => {
    const { command } = event as Partial<CommandEvent>;
    if (command === '--connect') host.connectByClick();
    if (command === '--cancel') host.cancel();
    if (command === '--disconnect') host.disconnectByClick();
  });
}
