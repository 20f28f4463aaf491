import type { Send } from '../../src/core/oauth/http.js';

/** The result of one request: a real `Response`, or an error to reject with. */
export type Answer = Response | Error;

export interface RecordedSend {
  readonly send: Send;
  /** Every request that was sent, as `fetch` would build it. */
  readonly requests: readonly Request[];
}

/** Replaces `fetch`: returns the responses one by one, and rejects further requests. */
export function recordSend(...answers: Answer[]): RecordedSend {
  const requests: Request[] = [];
  const send: Send = async (url, init) => {
    requests.push(new Request(url, init));
    const answer = answers.shift() ?? new Error('one request too many');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { send, requests };
}

/** A JSON response, by default with the status 200. */
export function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), init);
}
