export { code } from '../../demo/demo.js';
