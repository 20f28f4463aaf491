export { html } from 'lit';
