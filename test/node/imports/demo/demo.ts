export { code } from '../src/index.js';
