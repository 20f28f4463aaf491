export { code } from '../browser/page.js';
