// Takes Monerium's response out of the address before the router reads it.
import 'monerium-connect/element';
