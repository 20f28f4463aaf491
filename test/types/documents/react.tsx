/** @jsxImportSource react */
import 'monerium-connect';
import type {} from 'monerium-connect/types/react';

const headers = { 'x-csrf-token': 'token' };

export default function App() {
  return (
    <monerium-connect
      client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
      backend-url="/api/monerium"
      backendHeaders={headers}
      onmonerium-connected={({ detail }) => console.log(detail.userId)}
    />
  );
}
