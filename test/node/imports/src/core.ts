export { code } from './core/connector.js';
