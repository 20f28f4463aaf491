import type { Send } from '../../src/core/oauth/http.js';

/** What the network does with one request: a real `Response`, or a rejection. */
export type Answer = Response | Error;

export interface RecordedSend {
  readonly send: Send;
  /** Every request that was sent, as `fetch` would have built it. */
  readonly requests: readonly Request[];
}

/** Takes the place of `fetch`: gives the answers one by one and refuses what is beyond them. */
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

/** A JSON answer, by default with the status 200. */
export function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), init);
}
