export { code } from '../protocol/oauth.js';
