// Runs in the emulator's pages, which a customer may read for longer than a browser keeps a service
// worker that has nothing to do. With the worker the emulator's memory would go.
import { AWAKE_MS } from './control.js';

const { src } = document.currentScript as HTMLScriptElement;
const control = new URL('control', src).href;

setInterval(() => void fetch(control).catch(() => undefined), AWAKE_MS);
