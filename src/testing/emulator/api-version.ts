import type { MiddlewareHandler } from 'hono';
import { apiError } from './api-error.js';

/** The media type by which a request asks for version 2 of Monerium's API. */
const API_V2 = 'application/vnd.monerium.api-v2+json';

/** Refuses requests that do not ask for version 2: other versions have other shapes. */
export const requireApiVersion: MiddlewareHandler = async (c, next) => {
  const types = (c.req.header('accept') ?? '').split(',').map((range) => range.split(';', 1)[0]);
  if (types.some((type) => type?.trim().toLowerCase() === API_V2)) return next();
  return apiError(406, `The Accept header must be ${API_V2}`);
};
