import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';
import 'monerium-connect';
import type { MoneriumConnectedEvent } from 'monerium-connect';

@Component({
  selector: 'app-connect',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <monerium-connect
      client-id="5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60"
      backend-url="/api/monerium"
      [backendHeaders]="headers"
      (monerium-connected)="onConnected($event)"
    ></monerium-connect>
  `,
})
export class ConnectComponent {
  headers = { 'x-csrf-token': 'token' };

  onConnected({ detail }: MoneriumConnectedEvent): void {
    console.log(detail.userId);
  }
}
