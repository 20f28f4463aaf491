/** @jsxImportSource react */
// What `npm run types:frameworks` has to accept, and under each `@ts-expect-error` to refuse.
import type { MoneriumConnect as Element } from 'monerium-connect';
import { MoneriumConnect, type MoneriumConnectProps } from 'monerium-connect/react';
import { useRef } from 'react';

const shared: MoneriumConnectProps = {
  environment: 'production',
  required: true,
};

export function Connect() {
  const ref = useRef<Element>(null);
  void ref.current?.connect();
  return (
    <>
      <MoneriumConnect
        {...shared}
        ref={ref}
        id="connect"
        className="wide"
        clientId="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        skipKyc
        timeout={5000}
        backendHeaders={{ 'x-csrf-token': 'token' }}
        onMoneriumBeforeConnect={(event) => event.preventDefault()}
        onMoneriumConnected={({ detail }) => {
          detail.userId satisfies string;
          // @ts-expect-error A token is never in an event.
          void detail.accessToken;
        }}
        onMoneriumError={({ detail }) => {
          detail.kind satisfies 'cancelled' | 'setup' | 'failed';
        }}
      >
        Link my account
        <span slot="icon">€</span>
      </MoneriumConnect>
      {/* @ts-expect-error There are two environments. */}
      <MoneriumConnect environment="staging" />
      {/* @ts-expect-error Milliseconds are a number. */}
      <MoneriumConnect timeout="soon" />
      {/* @ts-expect-error The exchange is a function. */}
      <MoneriumConnect exchange="/api/monerium" />
    </>
  );
}
