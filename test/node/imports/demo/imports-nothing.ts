// @ts-expect-error The file is not there.
export { nothing } from './not-there.js';
