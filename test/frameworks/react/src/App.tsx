import { useState } from 'react';
import type { ExchangeFunction, MoneriumConnectedEvent } from 'monerium-connect';
import { MoneriumConnect } from 'monerium-connect/react';

const csrf = { 'x-csrf-token': 'token' };

const exchange: ExchangeFunction = async (request, signal) => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request);
  const response = await fetch('/api/exchange', { method: 'POST', headers, body, signal });
  return response.json();
};

export function App() {
  const [accepted, setAccepted] = useState(false);
  const [result, setResult] = useState('');
  const showResult = ({ detail }: MoneriumConnectedEvent) =>
    setResult(`Connected as ${detail.userId}`);

  return (
    <>
      <label>
        <input
          id="terms"
          type="checkbox"
          checked={accepted}
          onChange={({ target }) => setAccepted(target.checked)}
        />
        I accept the terms
      </label>
      <MoneriumConnect
        id="backend"
        clientId="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        apiUrl="/monerium"
        backendUrl="/api/monerium"
        authMode="signup"
        timeout={30_000}
        skipKyc
        disabled={!accepted}
        backendHeaders={csrf}
        onMoneriumConnected={showResult}
      />
      <MoneriumConnect
        id="custom"
        clientId="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        apiUrl="/monerium"
        disabled={!accepted}
        exchange={exchange}
        onMoneriumConnected={showResult}
      />
      <output id="result">{result}</output>
    </>
  );
}
