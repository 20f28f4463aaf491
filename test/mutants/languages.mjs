// The backends in other languages.

/** @typedef {import('../../scripts/mutants/tables.mjs').Mutant} Mutant */

/**
 * @param {string} language
 * @param {string} file
 * @param {[fault: number, rule: string, text: string, replace: string][]} rows
 * @returns {Mutant[]}
 */
const of = (language, file, rows) =>
  rows.map(([fault, rule, text, replace]) => ({
    ...{ fault, rule: `${language}: ${rule}`, file: `examples/${file}`, text, replace },
    ...{ test: 'node/other-languages', title: `#${fault} .*in ${language}$` },
  }));

export default [
  ...of('PHP', 'connect.php', [
    [262, 'a flow stays after its response', "set_flow($flow['name'], '', 0)", 'null'],
    [
      263,
      'a refreshed connection keeps the old refresh token',
      "$tokens + ['refresh_token' => $kept['refresh']]",
      "['refresh_token' => $kept['refresh']] + $tokens",
    ],
    [264, 'every failure ends the connection', 'if (!$failure->isEnd) throw $failure;', ''],
    [
      265,
      'the session has the tokens as they are',
      "['ids' => $ids, 'tokens' => seal",
      "['ids' => $ids, 'clear' => $kept, 'tokens' => seal",
    ],
    [266, 'a warning is shown', "ini_set('display_errors', '0');", ''],
  ]),
  ...of('Go', 'connect.go', [
    [262, 'a flow stays after its response', 'setCookie(writer, name, "", -1)', ''],
    [
      263,
      'a refreshed connection keeps the old refresh token',
      'if renewed.Refresh == ""',
      'if true',
    ],
    [264, 'every failure ends the connection', '&& failure.isEnd', ''],
    [
      265,
      'the session has the tokens as they are',
      'seal.close(tokens, session.file)',
      'tokens.Access',
    ],
    [
      266,
      'a session that cannot be read is nobody',
      'found, err = readSession(request)',
      'found, _ = readSession(request)',
    ],
  ]),
  ...of('Python', 'connect.py', [
    [
      262,
      'a flow stays after its response',
      'answer.set_cookie(name, "", 0) if name and not is_unproven else answer',
      'answer',
    ],
    [
      263,
      'a refreshed connection keeps the old refresh token',
      'tokens.get("refresh_token") or former',
      'former or tokens.get("refresh_token")',
    ],
    [263, 'nothing locks the tokens', '.rowcount == 1: return refresh', ': return refresh'],
    [264, 'every failure ends the connection', 'if not failure.is_end: raise', ''],
    [
      265,
      'the database has the tokens as they are',
      'return base64url(nonce + CIPHERS[0]',
      'return json.dumps(value) + base64url(nonce + CIPHERS[0]',
    ],
    [
      266,
      'a fault is told to nobody',
      'report(fault) return Answer(503, {"error": "temporarily_unavailable"})',
      'return Answer(503, {"error": str(fault)})',
    ],
  ]),
  ...[
    [
      'a flow of another user is taken',
      "'flow', client_id(), get_current_user_id()",
      "'flow', client_id()",
    ],
    ['nothing locks the tokens', "'SELECT GET_LOCK(%s, %d)'", "'SELECT 1 OR %s OR %d'"],
    [
      'the database has the tokens as they are',
      "['ids' => $ids, 'tokens' => seal",
      "['ids' => $ids, 'clear' => $kept, 'tokens' => seal",
    ],
    ['an error of the database is shown', "$GLOBALS['wpdb']->hide_errors();", ''],
  ].map(([rule = '', text, replace = '']) => ({
    ...{ fault: 267, rule: `WordPress: ${rule}`, text, replace },
    ...{ file: 'examples/wordpress/monerium-connect.php', test: 'node/wordpress' },
    title: '#267 (takes|refreshes|keeps no|says)',
  })),
];
