// In an application: app/api/monerium/route.ts
import { handle } from '../handler.js';

export const POST = handle;
export const OPTIONS = handle;
