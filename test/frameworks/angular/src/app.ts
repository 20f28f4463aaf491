import { Component, CUSTOM_ELEMENTS_SCHEMA, signal } from '@angular/core';
import 'monerium-connect';
import type { ExchangeFunction, MoneriumConnectedEvent } from 'monerium-connect';

// The component of docs/frameworks.md is built with the app.
export { ConnectComponent } from './connect';

@Component({
  selector: 'app-root',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <label>
      <input
        id="terms"
        type="checkbox"
        [checked]="accepted()"
        (change)="accepted.set(!accepted())"
      />
      I accept the terms
    </label>
    <monerium-connect
      id="backend"
      client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
      api-url="/monerium"
      backend-url="/api/monerium"
      auth-mode="signup"
      [timeout]="30000"
      skip-kyc
      [disabled]="!accepted()"
      [backendHeaders]="csrf"
      (monerium-connected)="showResult($event)"
    />
    <monerium-connect
      id="custom"
      client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
      api-url="/monerium"
      [disabled]="!accepted()"
      [exchange]="exchange"
      (monerium-connected)="showResult($event)"
    />
    <output id="result">{{ result() }}</output>
  `,
})
export class App {
  readonly csrf = { 'x-csrf-token': 'token' };
  readonly accepted = signal(false);
  readonly result = signal('');

  readonly exchange: ExchangeFunction = async (request, signal) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(request);
    const response = await fetch('/api/exchange', { method: 'POST', headers, body, signal });
    return response.json();
  };

  showResult({ detail }: MoneriumConnectedEvent): void {
    this.result.set(`Connected as ${detail.userId}`);
  }
}
