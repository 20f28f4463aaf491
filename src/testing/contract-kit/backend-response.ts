/** What a backend answered. */
export interface BackendResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
