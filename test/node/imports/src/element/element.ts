export { html } from 'lit';
export { code } from '../core/flow/flow.js';
