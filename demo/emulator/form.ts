/** Whether a body is what a plain HTML form sends. */
export function isForm(contentType = ''): boolean {
  const [type] = contentType.split(';', 1);
  return type?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}
