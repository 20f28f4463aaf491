/** @jsxImportSource react */
'use client';

import { useEffect } from 'react';
import type { MoneriumConnect, MoneriumConnectedEvent } from 'monerium-connect';
import type {} from 'monerium-connect/types/react';

const onConnected = ({ detail }: MoneriumConnectedEvent) => console.log(detail.userId);

function setUp(element: MoneriumConnect) {
  element.backendHeaders = { 'x-csrf-token': 'token' };
  element.addEventListener('monerium-connected', onConnected);
  return () => element.removeEventListener('monerium-connected', onConnected);
}

export function Connect() {
  useEffect(() => void import('monerium-connect'), []);

  return (
    <monerium-connect
      client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
      backend-url="/api/monerium"
      ref={setUp}
    />
  );
}
