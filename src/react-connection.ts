import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createConnector, type Connection, type Connector } from './core.js';
import type { ConnectorListener, ConnectorOptions } from './core.js';

/** The options of a connector, and the listener of its events. */
export interface MoneriumConnectionOptions extends ConnectorOptions {
  /** Called with every event. Another function may be passed in each render. */
  onEvent?: ConnectorListener | undefined;
}

/** The connection, and the commands, which stay the same functions. */
export interface MoneriumConnection extends Pick<
  Connector,
  'connect' | 'cancel' | 'disconnect' | 'getAccessToken'
> {
  readonly connection: Connection;
}

/** What a server renders, and a browser that takes its markup over: it knows only the options. */
function readServerConnection({ identity, stayConnected }: ConnectorOptions): Connection {
  if (identity) return { status: 'connected', profile: identity.profile, userId: identity.userId };
  return { status: identity === undefined && stayConnected ? 'checking' : 'idle' };
}

/**
 * The whole flow for a component with a button of its own, in React 18 and 19. Components with the
 * same client, API, redirect URI and exchange share one flow.
 */
export function useMoneriumConnection({
  onEvent,
  ...options
}: MoneriumConnectionOptions): MoneriumConnection {
  const listener = useRef(onEvent);
  const [{ connector, subscribe, commands, atServer }] = useState(() => {
    const connector = createConnector(options);
    const { connect, cancel, disconnect, getAccessToken } = connector;
    const atServer = readServerConnection(options);
    return {
      connector,
      commands: { connect, cancel, disconnect, getAccessToken },
      atServer: () => atServer,
      subscribe: (onChange: () => void) =>
        connector.subscribe((event) => {
          onChange();
          listener.current?.(event);
        }),
    };
  });
  // Before the subscription, so that the first event finds the listener of this render.
  useEffect(() => {
    listener.current = onEvent;
    connector.setOptions(options);
  });
  const connection = useSyncExternalStore(subscribe, () => connector.connection, atServer);
  return { connection, ...commands };
}
