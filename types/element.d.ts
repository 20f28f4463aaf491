import type { LitElement } from 'lit';
import type { MoneriumConnect } from '../dist/index.js';

/** The names of all that `<monerium-connect>` has beyond every other element. */
type OwnName = Exclude<keyof MoneriumConnect, keyof LitElement>;

type Writable = {
  [Name in OwnName as IsWritable<Name> extends true ? Name : never]: MoneriumConnect[Name];
};

/** Whether a property of that name is not read-only: only then both forms are the same type. */
type IsWritable<Name extends OwnName> =
  (<T>() => T extends { [Key in Name]: MoneriumConnect[Name] } ? 1 : 2) extends <
    T,
  >() => T extends Pick<MoneriumConnect, Name> ? 1 : 2
    ? true
    : false;

