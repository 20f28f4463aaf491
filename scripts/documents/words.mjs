// Words and phrases that the documents do not use, each with what to write. A pattern ignores case.
// Code in a text is compared without its backticks.

/**
 * @typedef {object} Word
 * @property {RegExp} find
 * @property {string} write what to write in its place, for the writer to read
 */

/** @type {Word[]} Programs do not speak, and a text has plainer verbs. */
const speech = [
  { find: /\bspeaks?\b/, write: '"supports" or "uses"' },
  { find: /\b(you|listeners?|who) hears?\b/, write: '"is fired" or "receives"' },
  { find: /\banybody listens\b/, write: '"a listener is attached"' },
  { find: /\b(is|are|be|was|were) told\b/, write: '"receives" or "is reported"' },
  { find: /\btell(s|ing)? (the|its|of|who)\b/, write: '"returns", "reports" or "shows"' },
  { find: /\bconsole says what (and|is)\b/, write: '"the console says which … is wrong"' },
  { find: /\bprints? (it|them) in\b/, write: '"logs … to"' },
  { find: /\b(gives?|takes) (one|an|no) (answer|post)\b/, write: '"has a single endpoint"' },
  { find: /\b(token|an|the|one|its|good|no|every) answers?\b(?! to)/, write: '"response"' },
  { find: /\bask (\/|GET |for the (ids|code))/, write: '"fetch … from"' },
  { find: /\bcalls? out\b/, write: '"sends a request"' },
];

/** @type {Word[]} Pictures in place of a term. */
const pictures = [
  { find: /\bmend(s|ed|ing)?\b/, write: '"fix"' },
  { find: /\bstrangers?\b/, write: '"another client" or "another site"' },
  { find: /\bhands? (the|a|its|it)\b/, write: '"passes" or "sends"' },
  { find: /\b(live|lives) in\b/, write: '"are kept in"' },
  { find: /\bends? with (it|the page|them)\b/, write: '"is lost on reload"' },
  { find: /\bstands? (in|on|behind|for|there)\b/, write: '"is in", or name the thing' },
  { find: /\b(bur(y|ies)|hangs? up|hung up|churchyard)\b/, write: 'the plain verb' },
  { find: /\bleaves? for\b/, write: '"opens" or "navigates to"' },
  { find: /\b(comes?|came) back there\b/, write: 'the page that opens, by its name' },
  { find: /\bgoes on by itself\b/, write: '"finishes the connection itself"' },
  { find: /\bis gone by\b/, write: '"has been closed"' },
  { find: /\bforgets here\b/, write: '"resets only the element"' },
  { find: /\b(made|makes) no sense\b/, write: '"is invalid"' },
  { find: /\bdone with\b/, write: '"finish"' },
  { find: /\bon the way\b/, write: '"during the flow"' },
];

/** @type {Word[]} Old or unusual English. */
const old = [
  { find: /^beside\b|\bbeside what\b/, write: '"compared with"' },
  { find: /\ball the while\b/, write: '"meanwhile"' },
  { find: /[:;,] else\b|\. Else\b|^else\b/, write: '"otherwise"' },
  { find: /\bin front of every\b/, write: '"before"' },
  { find: /\b(is|are) (yours|ours|theirs)\b/, write: '"you write", "you own"' },
  { find: /\b(is|are) your (page|server|site)'s\b/, write: '"on your page"' },
  { find: /\bhas that \w+ ready\b/, write: '"includes"' },
  { find: /\bpoint your\b.*\bthere\b/, write: '"set … to that address"' },
  { find: /\b(anew|whoever|whatever|lest|hither|thereof|therein)\b/, write: 'a common word' },
  { find: /\bfor ever\b/, write: '"permanently" or "without an end"' },
  { find: /\bin vain\b/, write: '"without effect"' },
  { find: /\bthe like\b|\bas it (stands|comes|came)\b/, write: 'the thing itself' },
  { find: /\b(somebody|anybody) else's\b/, write: '"of another customer" or "of another site"' },
  { find: /\b(is|are) no (matter|\w+ of)\b/, write: '"is not"' },
  { find: /\b(kind|way) of its own\b/, write: '"separate"' },
];

export const words = [...speech, ...pictures, ...old];

/** Longer sentences are hard to read at once. */
export const MAX_WORDS = 34;
