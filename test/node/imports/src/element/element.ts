export { html } from 'lit';
export { code } from '../core/connector.js';
