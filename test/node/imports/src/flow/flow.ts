export { code } from '../page/page.js';
