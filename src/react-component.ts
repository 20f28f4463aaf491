import { createComponent, type EventName } from '@lit/react';
import * as react from 'react';
import {
  createElement,
  forwardRef,
  useInsertionEffect,
  type ComponentPropsWithoutRef,
} from 'react';
import type {
  MoneriumBeforeConnectEvent,
  MoneriumConnectedEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  MoneriumStatusEvent,
} from './element/events.js';
import { furtherFiles } from './core/further/files.js';
import { MoneriumConnect as MoneriumConnectElement } from './element/monerium-connect.js';
import './locales/not-imported.js';

/** The events as props. React has an `onError` of its own, so each has its whole name. */
const events = {
  onMoneriumBeforeConnect: 'monerium-before-connect' as EventName<MoneriumBeforeConnectEvent>,
  onMoneriumConnected: 'monerium-connected' as EventName<MoneriumConnectedEvent>,
  onMoneriumError: 'monerium-error' as EventName<MoneriumErrorEvent>,
  onMoneriumDisconnected: 'monerium-disconnected' as EventName<MoneriumDisconnectedEvent>,
  onMoneriumStatus: 'monerium-status' as EventName<MoneriumStatusEvent>,
};

const TAG = 'monerium-connect';

furtherFiles.doctor = () => import('./doctor/doctor.js');
furtherFiles.notes = () => import('./notes/notes.js');

// The wrapper looks for properties on the prototype, where this puts them before any definition.
Reflect.get(MoneriumConnectElement, 'observedAttributes');

const Tag = createComponent({ react, tagName: TAG, elementClass: MoneriumConnectElement, events });

/** Defines the element, unless the script or another copy of the package has done so. */
function define(): void {
  if (!customElements.get(TAG)) customElements.define(TAG, MoneriumConnectElement);
}

/** What the component takes: the properties of the element, its events, and what any tag takes. */
export type MoneriumConnectProps = ComponentPropsWithoutRef<typeof Tag>;

/**
 * `<monerium-connect>` for React 18 and 19, on a server too. React sets no properties and no
 * listeners when it hydrates a server's markup (https://github.com/react/react/issues/35446): the
 * wrapper of Lit sets both in the same commit. The element is defined in that commit as well.
 * Before, it would find no `client-id`.
 */
export const MoneriumConnect = forwardRef<MoneriumConnectElement, MoneriumConnectProps>(
  function MoneriumConnect(props, ref) {
    useInsertionEffect(define, []);
    return createElement(Tag, { ...props, ref });
  },
);
