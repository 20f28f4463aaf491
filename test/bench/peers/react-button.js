// A React button that uses Monerium's provider.
import { MoneriumContext, MoneriumProvider, useAuth } from '@monerium/sdk-react-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement, useContext } from 'react';

const queryClient = new QueryClient();

export function ConnectButton() {
  const { authorize, isAuthorized } = useAuth();
  const { sdk } = useContext(MoneriumContext);
  if (isAuthorized) return createElement('p', { 'user-id': sdk.bearerProfile.userId }, 'Connected');
  return createElement('button', { type: 'button', onClick: () => authorize() }, 'Connect');
}

/** Wraps the children in the providers, with the attributes of the container `place`. */
export function Providers({ place, children }) {
  const clientId = place.getAttribute('client-id');
  const redirectUri = place.getAttribute('redirect-uri');
  const provider = createElement(MoneriumProvider, { clientId, redirectUri }, children);
  return createElement(QueryClientProvider, { client: queryClient }, provider);
}
