export { code } from '../element/element.js';
