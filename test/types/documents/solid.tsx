/** @jsxImportSource solid-js */
import 'monerium-connect';
import type {} from 'monerium-connect/types/solid';

export const Connect = () => (
  <monerium-connect
    client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
    backend-url="/api/monerium"
    prop:backendHeaders={{ 'x-csrf-token': 'token' }}
    on:monerium-connected={({ detail }) => console.log(detail.userId)}
  />
);
