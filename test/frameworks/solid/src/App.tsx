import { createSignal } from 'solid-js';
import 'monerium-connect';
import type { ExchangeFunction, MoneriumConnectedEvent } from 'monerium-connect';
import type {} from 'monerium-connect/types/solid';

const csrf = { 'x-csrf-token': 'token' };

const exchange: ExchangeFunction = async (request, signal) => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request);
  const response = await fetch('/api/exchange', { method: 'POST', headers, body, signal });
  return response.json();
};

export function App() {
  const [accepted, setAccepted] = createSignal(false);
  const [result, setResult] = createSignal('');
  const showResult = ({ detail }: MoneriumConnectedEvent) =>
    setResult(`Connected as ${detail.userId}`);

  return (
    <>
      <label>
        <input
          id="terms"
          type="checkbox"
          checked={accepted()}
          onChange={({ target }) => setAccepted(target.checked)}
        />
        I accept the terms
      </label>
      <monerium-connect
        id="backend"
        client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        api-url="/monerium"
        backend-url="/api/monerium"
        auth-mode="signup"
        timeout={30_000}
        skip-kyc
        disabled={!accepted()}
        prop:backendHeaders={csrf}
        on:monerium-connected={showResult}
      />
      <monerium-connect
        id="custom"
        client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        api-url="/monerium"
        disabled={!accepted()}
        prop:exchange={exchange}
        on:monerium-connected={showResult}
      />
      <output id="result">{result()}</output>
    </>
  );
}
