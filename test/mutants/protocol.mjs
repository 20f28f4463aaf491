// The pending flow in storage, the reader of responses, and the clean-up of the address.

/** @typedef {import('../../scripts/mutants.mjs').Mutant} Mutant */

/**
 * @param {string} name
 * @param {string} search
 * @param {string} replace
 * @param {string} [survives]
 * @returns {Mutant}
 */
const reader = (name, search, replace, survives) => ({
  ...{ name, search, replace, ...(survives && { survives }) },
  file: 'src/oauth.ts',
  runner: 'unit',
  test: 'test/unit/oauth-response.test.ts',
});

/** @type {Mutant[]} */
export default [
  reader(
    'a duplicated parameter is no ambiguity',
    'values.some(({ length }) => length > 1) || (code && error)',
    'code && error',
  ),
  reader('a duplicate is one only from three on', 'length > 1) || (code', 'length > 2) || (code'),
];
