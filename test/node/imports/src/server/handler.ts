export { code } from '../core/oauth/oauth.js';
