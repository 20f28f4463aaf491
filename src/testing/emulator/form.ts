/** Whether a `Content-Type` header is that of an HTML form. */
export function isForm(contentType = ''): boolean {
  const [type] = contentType.split(';', 1);
  return type?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** The first parameter that occurs more than once, which OAuth forbids: RFC 6749, section 3.1. */
export function findRepeated(fields: URLSearchParams): string | undefined {
  return [...fields.keys()].find((name) => fields.getAll(name).length > 1);
}
