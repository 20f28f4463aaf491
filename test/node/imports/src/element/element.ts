export { html } from 'lit';
export { code } from '../flow/flow.js';
