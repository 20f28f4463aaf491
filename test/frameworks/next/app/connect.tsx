'use client';

import { useEffect, useState } from 'react';
import type { ExchangeFunction, MoneriumConnect, MoneriumConnectedEvent } from 'monerium-connect';
import type {} from 'monerium-connect/types/react';

const csrf = { 'x-csrf-token': 'token' };

const exchange: ExchangeFunction = async (request, signal) => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(request);
  const response = await fetch('/api/exchange', { method: 'POST', headers, body, signal });
  return response.json();
};

export function Connect() {
  const [accepted, setAccepted] = useState(false);
  const [result, setResult] = useState('');

  // React gives a server's markup no properties and no handlers when it takes it over
  // (https://github.com/react/react/issues/35446). A ref does, and the element comes after it.
  const setUp = (properties: Partial<MoneriumConnect>) => (element: MoneriumConnect) => {
    const showResult = ({ detail }: MoneriumConnectedEvent) =>
      setResult(`Connected as ${detail.userId}`);
    Object.assign(element, properties);
    element.addEventListener('monerium-connected', showResult);
    return () => element.removeEventListener('monerium-connected', showResult);
  };
  useEffect(() => void import('monerium-connect'), []);

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
      <monerium-connect
        id="backend"
        client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        api-url="/monerium"
        backend-url="/api/monerium"
        auth-mode="signup"
        timeout={30_000}
        skip-kyc
        disabled={!accepted}
        ref={setUp({ backendHeaders: csrf })}
      />
      <monerium-connect
        id="custom"
        client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        api-url="/monerium"
        disabled={!accepted}
        ref={setUp({ exchange })}
      />
      <output id="result">{result}</output>
    </>
  );
}
