export { code } from '../core/browser/page.js';
