import Button from 'react-bootstrap/Button';
import { useMoneriumConnection } from 'monerium-connect/react';

export function Connect() {
  const { connection, connect, disconnect } = useMoneriumConnection({
    clientId: '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60',
    apiUrl: '/monerium',
    backendUrl: '/api/monerium',
    onEvent: (event) => {
      if (event.type === 'connected') history.replaceState(null, '', event.returnTo);
    },
  });
  const { status } = connection;
  if (status === 'connected') {
    return (
      <>
        <output id="result">Connected as {connection.userId}</output>
        <Button id="disconnect" variant="outline-primary" onClick={() => void disconnect()}>
          Disconnect
        </Button>
      </>
    );
  }
  const isReady = status === 'idle' || status === 'failed';
  return (
    <Button id="connect" disabled={!isReady} onClick={() => void connect()}>
      {isReady ? 'Connect' : 'Please wait'}
    </Button>
  );
}
