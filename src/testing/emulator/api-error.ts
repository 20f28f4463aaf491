/** Of RFC 9110, for the statuses that Monerium responds with. */
const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  406: 'Not Acceptable',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

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
  const body: ApiErrorBody = { code, status: REASONS[code] ?? 'Error', message };
  if (errors) body.errors = errors;
  return Response.json(body, { status: code, ...(headers && { headers }) });
}
