/** @jsxImportSource react */
'use client';

import { MoneriumConnect } from 'monerium-connect/react';

export function Connect({ headers }: { headers: Record<string, string> }) {
  return (
    <MoneriumConnect
      clientId="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
      backendUrl="/api/monerium"
      backendHeaders={headers}
      onMoneriumConnected={({ detail }) => console.log(detail.userId)}
    />
  );
}
