/** @jsxImportSource solid-js */
import type { MoneriumConnect } from 'monerium-connect';
import type {} from 'monerium-connect/types/solid';

export function Connect() {
  let element: MoneriumConnect | undefined;
  void element?.connect();
  return (
    <>
      <monerium-connect
        ref={(found) => (element = found)}
        class="wide"
        client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
        environment="production"
        skip-kyc={false}
        timeout={5000}
        prop:backendHeaders={{ 'x-csrf-token': 'token' }}
        prop:exchange={async ({ code }) => ({ profile: code, userId: code })}
        on:monerium-before-connect={(event) => event.preventDefault()}
        on:monerium-connected={({ detail, currentTarget }) => {
          detail.userId satisfies string;
          currentTarget.status satisfies string;
          // @ts-expect-error A token is never in an event.
          void detail.accessToken;
        }}
        on:monerium-error={({ detail }) => {
          // @ts-expect-error There is no such code.
          void (detail.code === 'no_such_code');
        }}
      >
        Link my account
      </monerium-connect>
      <monerium-connect client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60" timeout="5000" />
      {/* @ts-expect-error There are two environments. */}
      <monerium-connect environment="staging" />
      {/* @ts-expect-error Login or signup. */}
      <monerium-connect auth-mode="register" />
      {/* @ts-expect-error The state is read-only. */}
      <monerium-connect prop:connection={{ status: 'idle' }} />
      {/* @ts-expect-error A handler is a function. */}
      <monerium-connect on:monerium-connected="alert(1)" />
      {/* @ts-expect-error There is no such property. */}
      <monerium-connect prop:clientSecret="secret" />
    </>
  );
}
