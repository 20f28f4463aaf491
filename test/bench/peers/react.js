import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { ConnectButton, Providers } from './react-button.js';

const place = document.querySelector('#connect');
createRoot(place).render(createElement(Providers, { place }, createElement(ConnectButton)));
