export { code } from '../oauth/oauth.js';
