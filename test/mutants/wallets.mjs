// Rows of test/faults.md: wallets.

/**
 * @param {number} fault
 * @param {string} rule
 * @param {Omit<import('../../scripts/mutants/tables.mjs').Mutant, 'fault' | 'rule'>} place
 * @returns {import('../../scripts/mutants/tables.mjs').Mutant}
 */
const mutant = (fault, rule, place) => ({ fault, rule, ...place });

export default [
  mutant(88, 'the message goes to the wallet as text', {
    ...{ file: 'src/wallet', in: 'sign', find: "ask('personal_sign', $HEX, account)" },
    replace: "ask('personal_sign', message, account)",
    test: 'unit/wallet-proof',
  }),
  mutant(89, 'an icon that is forbidden leaves a gap', {
    ...{ file: 'src/wallet', in: 'createIcon', find: "icon.addEventListener('error', $REMOVE);" },
    replace: '',
    test: 'unit/wallet-chooser',
  }),
  mutant(90, 'the request is posted', {
    ...{ file: 'src/core/browser', in: 'navigate', find: 'location.assign(href);' },
    replace:
      "const form = Object.assign(document.createElement('form'), { method: 'post', action: href });" +
      ' document.body.append(form); form.submit();',
    ...{ test: 'e2e/wallet', title: '#88 #90' },
  }),
  mutant(91, 'a decline is known by its code alone', {
    ...{ file: 'src/wallet', in: 'classify', find: 'isRejected || REJECTED.includes(code)' },
    replace: 'REJECTED.includes(code)',
    test: 'unit/wallet-provider',
  }),
  mutant(92, 'the message was issued now', {
    ...{ file: 'src/wallet', find: 'const ISSUED_BEFORE_MS = $MS;' },
    replace: 'const ISSUED_BEFORE_MS = 0;',
    test: 'node/emulator-siwe',
  }),
  mutant(93, 'the base of the page names the host', {
    ...{ file: 'src/wallet', in: 'grantSignIn', find: 'location.host' },
    replace: 'new URL(document.baseURI).host',
    test: 'unit/wallet-proof',
  }),
  mutant(94, 'what was signed is stored', {
    ...{ file: 'src/core/flow', in: 'prepareDeparture' },
    find: { context: '({ at: Date.now() })', selector: 'pair' },
    replace: 'at: Date.now(), ...signed',
    test: 'unit/wallet-start',
  }),
  mutant(105, 'to go on without a wallet is to cancel', {
    ...{ file: 'src/wallet', in: 'fill', find: 'finish({})', replace: 'finish()' },
    test: 'unit/wallet-chooser',
  }),
  mutant(106, 'a wallet shows its name alone', {
    ...{ file: 'src/wallet', in: 'createItem', find: "create('small', $TEXT)" },
    replace: "create('small')",
    test: 'unit/wallet-chooser',
  }),
  mutant(107, 'a wallet that comes late is not seen', {
    file: 'src/wallet',
    in: 'watchWallets',
    find: "addEventListener('ethereum#initialized', notify);",
    ...{ replace: '', test: 'unit/wallet-chooser' },
  }),
  mutant(108, 'all announcements are kept', {
    ...{ file: 'src/wallet', find: 'const MAX_WALLETS = $COUNT;' },
    replace: 'const MAX_WALLETS = 1e5;',
    test: 'unit/wallet-chooser',
  }),
  mutant(109, 'a provider may be announced twice', {
    ...{ file: 'src/wallet', in: 'add', find: '$UUID || provider === wallet?.provider' },
    replace: '$UUID',
    test: 'unit/wallet-chooser',
  }),
  mutant(110, 'a name is shown as it came', {
    ...{ file: 'src/wallet', in: 'cleanName', find: 'Array.from(line)' },
    replace: 'Array.from(name)',
    test: 'node/wallet-announcement',
  }),
  mutant(111, 'any address may be an icon', {
    ...{ file: 'src/wallet', in: 'isLight', find: '!ICON.test(icon)' },
    replace: "icon === ''",
    test: 'node/wallet-announcement',
  }),
  mutant(112, 'the wallet of the window is shown beside one that is announced', {
    ...{ file: 'src/wallet', in: 'listWallets', find: 'announced.length > 0' },
    replace: 'announced.length > 1',
    test: 'unit/wallet-chooser',
  }),
  mutant(113, 'nothing is shown while a wallet is asked', {
    ...{ file: 'src/core/flow/state.ts', in: 'machine.starting' },
    find: { context: '({ sign: $ARROW })', selector: 'pair' },
    ...{ replace: '...{}', test: 'e2e/wallet' },
  }),
  mutant(114, 'a wallet may take for ever', {
    ...{ file: 'src/wallet', find: 'const DEADLINE_MS = $MS;' },
    replace: 'const DEADLINE_MS = 1e9;',
    test: 'unit/wallet-provider',
  }),
  mutant(115, 'a busy wallet is an error as any', {
    ...{
      file: 'src/wallet',
      in: 'classify',
      find: 'if (code === BUSY) return $BUSY;',
      replace: '',
    },
    test: 'unit/wallet-provider',
  }),
  mutant(116, 'a failure that throws when it is read breaks out', {
    ...{ file: 'src/wallet/provider.ts', in: 'read', find: 'return undefined;' },
    replace: 'throw new Error();',
    test: 'unit/wallet-provider',
  }),
  mutant(117, 'whatever a wallet returns is an account', {
    ...{ file: 'src/wallet', in: 'readAccounts', find: 'accounts.filter(isAddress)' },
    replace: 'accounts',
    test: 'unit/wallet-proof',
  }),
  mutant(118, 'the checksum is one bit off', {
    ...{ file: 'src/wallet', in: 'addChecksum', find: '$DIGIT > 7', replace: '$DIGIT > 8' },
    test: 'node/wallet-checksum',
  }),
  mutant(119, 'the account is not read again', {
    ...{ file: 'src/wallet', in: 'sign', find: 'accounts.some($SAME)', replace: 'true' },
    test: 'unit/wallet-proof',
  }),
  mutant(120, 'what a wallet has signed is not sent', {
    ...{ file: 'src/core/flow', in: 'prepareDeparture' },
    find: { context: '({ ...signed })', selector: 'spread_element' },
    ...{ replace: '...{}', test: 'e2e/wallet' },
  }),
  mutant(121, 'a switch of the network is believed', {
    ...{ file: 'src/wallet', in: 'switchChain', find: 'await requireChain(ask, id);' },
    ...{ replace: '', test: 'unit/wallet-proof' },
  }),
  mutant(122, 'any number is a chain ID', {
    file: 'src/wallet',
    in: 'readChainId',
    find: 'Number.isSafeInteger(id) && id > 0 ? id : undefined',
    ...{ replace: 'id', test: 'node/wallet-chains' },
  }),
  mutant(123, 'an empty signature is sent', {
    ...{ file: 'src/wallet', in: 'requireSignature', find: "signature !== '0x'", replace: 'true' },
    test: 'unit/wallet-proof',
  }),
  mutant(124, 'a name may have any characters', {
    ...{ file: 'src/wallet', in: 'readSignInOptions', find: 'NAME.test(appName)' },
    replace: "appName !== ''",
    test: 'node/wallet-message',
  }),
  mutant(125, 'the message has another version', {
    ...{ file: 'src/wallet', in: 'buildSignInMessage', text: 'Version: 1', replace: 'Version: 2' },
    test: 'node/wallet-message',
  }),
  mutant(126, 'an address is normalised', {
    ...{ file: 'src/wallet', in: 'readSignInOptions', find: "readUrl('privacy-url', $URL)" },
    replace: "new URL(readUrl('privacy-url', $URL)).href",
    test: 'node/wallet-message',
  }),
  mutant(127, 'the nonce is always the same', {
    ...{ file: 'src/wallet', in: 'createNonce', find: 'crypto.getRandomValues($BYTES)' },
    replace: '$BYTES',
    test: 'node/wallet-message',
  }),
  mutant(128, 'the emulator takes a nonce twice', {
    ...{
      file: 'src/testing/emulator',
      in: 'verifySiwe',
      find: 'nonces.add(parsed.nonce);',
      replace: '',
    },
    test: 'node/emulator-siwe',
  }),
  mutant(129, 'a signature is sent at any age', {
    ...{
      file: 'src/core/flow',
      in: 'askWallet',
      find: 'Date.now() < grant.expiresAt',
      replace: 'true',
    },
    test: 'unit/wallet-start',
  }),
  mutant(130, 'the window opens however late', {
    ...{ file: 'src/core/flow', in: 'waitForClick', find: 'if (hasUserActivation()) return;' },
    ...{ replace: 'if (attempt) return;', test: 'unit/wallet-start' },
  }),
  mutant(131, 'every signature waits for a click', {
    ...{ file: 'src/core/flow', in: 'waitForClick', find: 'if (hasUserActivation()) return;' },
    ...{ replace: '', test: 'unit/wallet-start' },
  }),
  mutant(132, 'two wallets are asked at once', {
    ...{ file: 'src/wallet', in: 'exclusively', find: 'if (isBusy) throw $BUSY;', replace: '' },
    test: 'unit/wallet-proof',
  }),
  mutant(133, 'a press outside of the list is no matter', {
    ...{ file: 'src/wallet', in: 'fill', find: "dialog.addEventListener('pointerdown', $PRESS);" },
    ...{ replace: '', test: 'unit/wallet-chooser' },
  }),
  mutant(134, 'what was signed for other attributes is sent', {
    ...{ file: 'src/element', in: 'MoneriumConnect.update', find: 'if (isChanged) $CANCEL;' },
    ...{ replace: '', test: 'unit/wallet-start' },
  }),
  mutant(134, 'a neighbour that changes ends what the wallet is asked', {
    ...{ file: 'src/core/flow', in: 'Flow.cancelSigning' },
    find: '$SIGNING && attemptOf(this.#state)?.clicked === view',
    replace: '$SIGNING',
    test: 'unit/wallet-start',
  }),
  mutant(135, 'a page out of the cache waits for its wallet', {
    ...{ file: 'src/wallet', in: 'whenOver', find: "addEventListener('pageshow', $$$ARGS);" },
    ...{ replace: '', test: 'unit/wallet-provider' },
  }),
  mutant(136, 'a frame is no matter', {
    ...{ file: 'src/core/flow', in: 'chooseMode', find: 'if (!isFramed()) return $MODE;' },
    ...{ replace: 'return $MODE;', test: 'e2e/wallet' },
  }),
  mutant(137, 'a wallet is asked before the storage is tried', {
    ...{ file: 'src/core/flow', in: 'prepareWallet', find: 'assertStorage();', replace: '' },
    test: 'unit/wallet-start',
  }),
  mutant(138, 'a wallet file that comes late is missing', {
    ...{
      file: 'src/core/browser',
      in: 'findWallets',
      find: 'if (!registry[WALLET_KEY]) await $LOAD;',
    },
    ...{ replace: '', test: 'e2e/wallet', title: '#138 a click before' },
  }),
  mutant(139, 'the provider is no longer what request is called on', {
    ...{ file: 'src/wallet', in: 'askProvider', find: 'provider.request($CALL)' },
    replace: '(0, provider.request)($CALL)',
    test: 'unit/wallet-provider',
  }),
  mutant(140, 'the list covers the window of the wallet', {
    ...{ file: 'src/wallet', in: 'chooseWallet', find: 'dialog.remove();', replace: '' },
    test: 'unit/wallet-chooser',
  }),
  mutant(141, 'the text of a wallet is kept', {
    ...{ file: 'src/wallet', in: 'askProvider', find: "new Failure('', classify(reason))" },
    replace: 'new Failure(String(reason.message), classify(reason))',
    test: 'unit/wallet-start',
  }),
  mutant(142, 'without a wallet there is no way', {
    ...{ file: 'src/core/flow', in: 'askWallet', find: 'if (!grant) return $FIELDS;' },
    ...{ replace: 'if (!grant) continue;', test: 'e2e/wallet', title: '#105 #142' },
  }),
  mutant(143, 'the list has no name', {
    ...{ file: 'src/wallet', in: 'fill', find: 'dialog.ariaLabel = wallets;', replace: '' },
    test: 'unit/wallet-chooser',
  }),
  mutant(144, 'a wallet is asked in a later task', {
    ...{ file: 'src/wallet', in: 'chooseWallet', find: 'resolve(choice);' },
    ...{ replace: 'setTimeout(() => resolve(choice));', test: 'unit/wallet-chooser' },
  }),
  mutant(189, 'a drawing may draw a part of itself again', {
    ...{ file: 'src/wallet', in: 'isLight', find: 'HEAVY.test(svg)', replace: 'false' },
    test: 'node/wallet-announcement',
  }),
];
