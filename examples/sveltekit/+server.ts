import { handle } from '../handler.js';

/** For every method. */
export const fallback = ({ request }: { request: Request }) => handle(request);
