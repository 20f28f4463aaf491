import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

export interface Page {
  /** What the page is about; a test and the style sheet find it by this. */
  name: string;
  heading: string;
  content: Html;
}

/** The frame of every page of the emulator. */
export function layout({ name, heading, content }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${heading} – Monerium emulator</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/emulator/style.css" />
      </head>
      <body data-step="${name}">
        <header><p>Monerium emulator – nothing here is real</p></header>
        <main>
          <h1>${heading}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}
