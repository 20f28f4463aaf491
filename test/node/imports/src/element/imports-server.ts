export { code } from '../server/handler.js';
