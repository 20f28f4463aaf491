/** @jsxImportSource react */
// What `npm run types:frameworks` has to accept, and under each `@ts-expect-error` to refuse.
import type { MoneriumConnect } from 'monerium-connect';
import type {} from 'monerium-connect/types/react';
import { useRef } from 'react';

export function Connect() {
  const ref = useRef<MoneriumConnect>(null);
  void ref.current?.connect();
  return (
    <>
      <monerium-connect
        ref={ref}
        id="connect"
        className="wide"
        client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        environment="production"
        skip-kyc
        timeout={5000}
        profile={null}
        backendHeaders={{ 'x-csrf-token': 'token' }}
        exchange={async ({ code }, signal) => ({
          profile: code.trim(),
          userId: String(signal.aborted),
        })}
        onmonerium-before-connect={(event) => event.preventDefault()}
        onmonerium-connected={({ detail, currentTarget }) => {
          detail.userId satisfies string;
          detail.returnTo satisfies string;
          currentTarget.status satisfies string;
          // @ts-expect-error A token is never in an event.
          void detail.accessToken;
        }}
        onmonerium-error={({ detail }) => {
          detail.kind satisfies 'cancelled' | 'setup' | 'failed';
          // @ts-expect-error There is no such code.
          void (detail.code === 'no_such_code');
        }}
      >
        Link my account
        <span slot="icon">€</span>
      </monerium-connect>
      <monerium-connect clientId="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60" stayConnected />
      <monerium-connect client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60" timeout="5000" />
      {/* @ts-expect-error There are two environments. */}
      <monerium-connect environment="staging" />
      {/* @ts-expect-error Milliseconds are a number. */}
      <monerium-connect timeout="soon" />
      {/* @ts-expect-error The state is read-only. */}
      <monerium-connect connection={{ status: 'idle' }} />
      {/* @ts-expect-error A method is no property. */}
      <monerium-connect cancel={() => {}} />
      {/* @ts-expect-error The exchange is a function. */}
      <monerium-connect exchange="/api/monerium" />
      {/* @ts-expect-error Login or signup. */}
      <monerium-connect auth-mode="register" />
      {/* @ts-expect-error A handler is a function. */}
      <monerium-connect onmonerium-connected="alert(1)" />
      {/* @ts-expect-error There is no such property. */}
      <monerium-connect clientSecret="secret" />
    </>
  );
}
