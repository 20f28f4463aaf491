export { code } from '../flow/flow.js';
