import { HTTPException } from 'hono/http-exception';
import type { HonoRequest } from 'hono';
import { apiError } from './api-error.js';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a `Content-Type` header is that of JSON. */
export function isJson(contentType = ''): boolean {
  const [type] = contentType.split(';', 1);
  return type?.trim().toLowerCase() === 'application/json';
}

/** A field of a body; an empty string where it is missing or no string. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a JSON object. For any other body it throws a response with status 400. */
export async function readJson(request: HonoRequest): Promise<Record<string, unknown>> {
  const body: unknown = await request.json().catch(() => undefined);
  if (isRecord(body)) return body;
  throw new HTTPException(400, { res: apiError(400, 'The body must be a JSON object') });
}
