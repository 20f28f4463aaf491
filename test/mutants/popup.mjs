// What a page hears of its popup, and from whom.

/** @typedef {import('../../scripts/mutants.mjs').Mutant} Mutant */

/**
 * @param {string} test
 * @param {string} file
 * @param {string} name
 * @param {string} search
 * @param {string} replace
 * @param {string} [survives]
 * @returns {Mutant}
 */
const change = (test, file, name, search, replace, survives) => ({
  ...{ name, file, search, replace, ...(survives && { survives }) },
  runner: 'unit',
  test: `test/unit/${test}.test.ts`,
});

const messages = change.bind(undefined, 'popup-messages');
const follow = change.bind(undefined, 'popup', 'src/popup.ts');
const window = change.bind(undefined, 'browser', 'src/browser.ts');

/** @type {Mutant[]} */
export default [
  messages(
    'src/browser.ts',
    'a message of any origin is heard',
    'if (event.origin === location.origin) hear(event);',
    'hear(event);',
  ),
  messages(
    'src/browser.ts',
    'a message of any window is heard',
    "typeof data === 'string' && (!source || isSource(source))",
    "typeof data === 'string'",
  ),
  messages(
    'src/browser.ts',
    'a message that is no text is looked into',
    "const isTheirs = typeof data === 'string' && (!source",
    'const isTheirs = (!source',
  ),
  messages(
    'src/popup.ts',
    'the response of another flow is taken',
    ' && (response.state ?? state) === state',
    '',
  ),
  messages(
    'src/popup.ts',
    'anything on the channel is taken for a response',
    'const isOurs = response && transaction',
    'const isOurs = transaction',
    undefined,
  ),
  follow(
    'the response of a flow that was claimed is taken',
    'const isOurs = response && transaction && (',
    'const isOurs = response && (',
  ),
  follow('a popup may take a day', '1_800_000', '86_400_000'),
  follow(
    'the outcome of a popup is not looked for',
    'const outcome = findOutcome(state);',
    'const outcome = undefined as ReturnType<typeof findOutcome>;',
  ),
  follow(
    'a refusal in a popup that has gone on by itself is a failed exchange',
    "if (outcome === 'access_denied') tell(toAuthorizationError(outcome));\n    else if",
    'if',
  ),
  follow(
    'the end by the clock goes before the outcome',
    'if (outcome) tell(',
    'if (outcome && Date.now() < end) tell(',
  ),
  follow(
    'a frame is not told of',
    "isFramed() ? 'embedding_blocked' : 'popup_timeout'",
    "'popup_timeout'",
  ),
  window('a response may be taken twice', '    hangUp();\n    work();', '    work();'),
  window(
    'nobody is told that the response was taken',
    '((source ?? channel) as Peer).postMessage(ANSWER, location.origin);',
    '',
  ),
  window(
    'an answer may come from any window',
    'data === ANSWER && (!source || source === opener)',
    'data === ANSWER',
  ),
  window(
    'any word is an answer',
    'data === ANSWER && (!source || source === opener)',
    '!source || source === opener',
  ),
  window(
    'an opener of any origin is told',
    'peer?.postMessage(query, location.origin);',
    "peer?.postMessage(query, '*');",
  ),
  window('all windows have one name', 'crypto.randomUUID()', "'monerium'"),
  window('a blocked window is none', 'return popup && !popup.closed;', 'return true;'),
  window('a closed window is gone at once', 'Date.now() < closedAt + GRACE_MS', 'false'),
  window(
    'a window that was cut off is closed',
    'isSevered ||= closedAt < openedAt + SEVERED_MS || !document.hasFocus();',
    '',
  ),
  window('the focus does not matter', ' || !document.hasFocus()', ''),
  window(
    'a window that is opened again stays cut off',
    '    isSevered = false;\n    return',
    '    return',
  ),
];
