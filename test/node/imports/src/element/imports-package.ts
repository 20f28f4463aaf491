export { default } from 'sinon';
