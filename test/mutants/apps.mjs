// Rows of test/faults.md: apps around the page, and browsers of other apps.

/** @type {import('../../scripts/mutants/tables.mjs').Mutant[]} */
export default [
  {
    fault: 175,
    rule: 'the page leaves although the app opens Monerium',
    file: 'src/flow',
    in: 'startFlow',
    find: 'findSystemBrowser(configuration, href)',
    replace: 'undefined',
    test: 'unit/shell',
  },
  {
    fault: 176,
    rule: 'a second click opens nothing',
    file: 'src/page/system-browser.ts',
    find: 'return { go: show, show, close() {}, isClosed: never, isSource: never };',
    replace: 'return { go: show, show() {}, close() {}, isClosed: never, isSource: never };',
    test: 'unit/shell',
  },
  {
    fault: 177,
    rule: 'the address of the page is replaced by what the app hands over',
    file: 'src/element',
    in: 'ElementController.resume',
    find: '(isOurs = true)',
    replace: '(history.replaceState(null, "", url), (isOurs = true))',
    test: 'unit/shell',
  },
  {
    fault: 178,
    rule: 'an address of any origin is taken',
    file: 'src/page/window.ts',
    in: 'isOnOrigin',
    find: 'return $CHECK;',
    replace: 'return href.includes(":") && location.origin !== "";',
    test: 'unit/shell',
  },
  {
    fault: 179,
    rule: 'the home screen counts as a browser',
    file: 'src/page/in-app.ts',
    find: 'tryTo(isStandalone) === true',
    replace: 'tryTo(isStandalone) === undefined',
    test: 'unit/in-app',
  },
  {
    fault: 180,
    rule: 'the notice is loaded in every browser',
    file: 'src/element/in-app.ts',
    find: '!isInApp()',
    replace: '!isInApp',
    test: 'unit/in-app',
  },
];
