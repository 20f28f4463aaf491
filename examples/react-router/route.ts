import { handle } from '../handler.js';

/** A resource route: `loader` takes `GET` and `OPTIONS`, `action` everything else. */
export const loader = ({ request }: { request: Request }) => handle(request);
export const action = loader;
