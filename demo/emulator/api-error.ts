import { STATUS_CODES } from 'node:http';

/** The JSON body of Monerium's errors. */
export interface ApiErrorBody {
  code: number;
  status: string;
  message: string;
  errors?: Record<string, string>;
}

export function apiError(
  code: number,
  message: string,
  errors?: Record<string, string>,
  headers?: Record<string, string>,
): Response {
  const body: ApiErrorBody = { code, status: STATUS_CODES[code] ?? 'Error', message };
  if (errors) body.errors = errors;
  return Response.json(body, { status: code, ...(headers && { headers }) });
}
