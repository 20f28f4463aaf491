export { code } from './define.js';
