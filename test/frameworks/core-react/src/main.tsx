import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Connect } from './Connect.js';

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Connect />
  </StrictMode>,
);
