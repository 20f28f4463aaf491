import { HTTPException } from 'hono/http-exception';
import type { HonoRequest } from 'hono';
import { apiError } from './api-error.js';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of a body, or nothing where it is not a string. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The JSON object of a request. Anything else is answered with 400. */
export async function readJson(request: HonoRequest): Promise<Record<string, unknown>> {
  const body: unknown = await request.json().catch(() => undefined);
  if (isRecord(body)) return body;
  throw new HTTPException(400, { res: apiError(400, 'The body must be a JSON object') });
}
