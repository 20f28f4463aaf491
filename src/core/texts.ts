// What customers read, in English. Other languages have the same keys: src/locales.

/** What the element itself shows. */
export const english = {
  // The ready labels of the button, by the values of the attribute `text`.
  connect: 'Connect with Monerium',
  continue: 'Continue with Monerium',
  'sign-in': 'Sign in with Monerium',
  'sign-up': 'Sign up with Monerium',
  pay: 'Pay with Monerium',

  // For the states, and what a customer can choose in them.
  retry: 'Try again',
  redirecting: 'Opening Monerium…',
  waiting: 'In the other window…',
  reopen: 'Show the window',
  cancel: 'Cancel',
  exchanging: 'Connecting…',
  connected: 'Connected to Monerium',
  disconnect: 'Disconnect',
  /** Small print below the idle button, where the page wants it. */
  hint: 'You will sign in at monerium.com and come back here.',
  /** In a popup that has done its work and could not close itself. */
  done: 'You can close this window.',
  /** Read aloud after the label of a button that opens a popup. */
  popup: 'opens a new window',
  /** Beside `retry` when a popup was blocked. */
  continueHere: 'Continue in this window',
  /** A form is held back until the customer is connected. */
  required: 'Please connect with Monerium first.',

  // For what went wrong. Which code has which text: `ERRORS` in src/core/errors.ts.
  failed: 'The connection could not be completed. Code for support: {code}',
  offline: 'You are offline.',
  unreachable: 'This site could not be reached.',
  unavailable: 'Not available right now. Try again in a few minutes.',
  declined: 'You chose not to connect. Nothing was shared.',
  expired: 'This was started in another browser, or too long ago.',
  blocked: 'The new window was blocked. Please allow popups for this site.',
  interrupted: 'The connection was interrupted.',
  storage: 'Please allow cookies for this site.',
  insecure: 'This page is not secure. Please open it with https.',
  framed: 'Please open this page in its own window.',
  notSetUp: 'Connecting is not possible here. Please contact this site ({code}).',

  // With a wallet.
  /** The same as that of the wallet file, which shows the list. */
  wallets: 'Choose your wallet',
  signing: 'Confirm in wallet…',
  /** The button of the next click, which opens the popup. */
  signed: 'Continue to Monerium',
  walletRejected: 'You declined in your wallet. Nothing was shared.',
  walletBusy: 'Your wallet is still busy. Please open it first.',
  walletError: 'Your wallet did not respond.',
};

export type ElementText = keyof typeof english;

/** What the list of wallets shows, which is in a file of its own. */
export const walletEnglish = {
  wallets: 'Choose your wallet',
  noWallet: 'No wallet found in this browser.',
  /** Goes on without a wallet. */
  email: 'Use e-mail instead',
  /** The same as that of the element, which the file does not import. */
  cancel: 'Cancel',
};

/**
 * Everything that customers read, by key. `{code}` is replaced by the code of a failure.
 */
export type ConnectTexts = {
  readonly [Key in keyof (typeof english & typeof walletEnglish)]: string;
};
