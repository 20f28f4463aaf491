// The types of every entry, for a TypeScript that is older than the one of the package.
import 'monerium-connect';
import 'monerium-connect/element';
import 'monerium-connect/locales';
import 'monerium-connect/node';
import 'monerium-connect/server';
import 'monerium-connect/server/sql';
import 'monerium-connect/server/valkey';
import 'monerium-connect/testing';
import 'monerium-connect/wallet';
