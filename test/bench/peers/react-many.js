// As many buttons as asked for in one tree, and their end: React has no tags to put into a page.
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { ConnectButton, Providers } from './react-button.js';

globalThis.mountPeer = (place, count) => {
  const root = createRoot(place);
  const buttons = Array.from({ length: count }, (_, key) => createElement(ConnectButton, { key }));
  root.render(createElement(Providers, { place }, buttons));
  return () => root.unmount();
};
