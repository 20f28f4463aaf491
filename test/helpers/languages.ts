// The example backends in other languages, each in a separate process.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { can, run } from './backends.js';
import { missing } from './engines.js';
import { ORIGIN } from './site.js';

export const BASE = `${ORIGIN}/monerium`;

export interface Language {
  readonly name: string;
  readonly skip: string | false;
  /** Starts the example, or a program that adds a page with `access_token()` at `/token`. */
  start(apiUrl: string, options?: LanguageOptions): Promise<RunningBackend>;
}

export interface LanguageOptions {
  /** The address as browsers see it. `{port}` is replaced with the port of the backend. */
  readonly baseUrl?: string;
  readonly withToken?: boolean;
}

export interface RunningBackend {
  /** The address, without a trailing slash. */
  readonly url: string;
  /** The folder of its files. */
  readonly folder: string;
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** @param program returns the command and its arguments, with or without the page at `/token` */
function language(
  name: string,
  skip: string | false,
  program: (folder: string, withToken: boolean) => readonly [command: string, ...args: string[]],
): Language {
  return {
    name,
    skip,
    async start(apiUrl, { baseUrl = BASE, withToken = false } = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-backend-'));
      folders.push(folder);
      const env = {
        BASE_URL: baseUrl,
        SECRET: 'a-secret-of-the-shop-of-32-bytes-or-more',
        CLAIMS: join(folder, 'claims'),
        DATA: join(folder, 'data'),
      };
      const [command, ...args] = program(folder, withToken);
      const url = await run(command, args, apiUrl, { path: '/monerium', env });
      return { url, folder };
    },
  };
}

const hasPhp = can(
  'php',
  '-r',
  "exit(extension_loaded('curl') && extension_loaded('openssl') ? 0 : 1);",
);

const phpSettings = (folder: string) => ['-d', `session.save_path=${folder}`];

/** `display_errors` puts errors of PHP into the page, where a customer would see them. */
export const php = language(
  'PHP',
  !hasPhp && missing('PHP with curl', 'php-cli, php-curl'),
  (folder, withToken) => [
    ...([
      'php',
      ...phpSettings(folder),
      '-d',
      'display_errors=1',
      '-S',
      '127.0.0.1:{port}',
    ] as const),
    withToken ? 'test/helpers/token.php' : 'examples/connect.php',
  ],
);

/** Built once. Go needs all files of a program in one folder. */
let goProgram: string | undefined;
function buildGo(): string {
  if (goProgram) return goProgram;
  const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-go-'));
  folders.push(folder);
  const files = ['examples/connect.go', 'test/helpers/token.go'];
  for (const file of files) copyFileSync(file, join(folder, basename(file)));
  const program = join(folder, 'connect');
  const args = ['build', '-o', program, ...files.map((file) => basename(file))];
  const { status, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return (goProgram = program);
}

export const go = language('Go', !can('go', 'version') && missing('Go', 'golang-go'), () => [
  buildGo(),
]);

/** Packages of Debian are installed only for Debian's own Python. */
const findPython = (...packages: string[]) =>
  ['/usr/bin/python3', 'python3'].find((python) => can(python, '-c', `import ${packages.join()}`));

const python = findPython('cryptography');
const withFastApi = findPython('cryptography', 'fastapi', 'uvicorn');
const withDjango = findPython('cryptography', 'django');

/** Examples in Python with a deadline of one second: with its own server, and with FastAPI. */
export const inASecond: readonly Language[] = [
  ['Python', python, 'connect.serve(connect.application)'] as const,
  [
    'FastAPI',
    withFastApi,
    'import connect_fastapi, os, uvicorn\nport = int(os.environ["PORT"])\n' +
      'uvicorn.run(connect_fastapi.app, port=port, log_level="warning")',
  ] as const,
].map(([name, program, serve]) => {
  const head = 'import sys\nsys.path.insert(0, "examples")\nimport connect\nconnect.SECONDS = 1\n';
  const reason =
    !program && missing(name, 'python3-cryptography, python3-fastapi, python3-uvicorn');
  return language(name, reason, () => [program ?? '', '-c', head + serve]);
});

export const languages: readonly Language[] = [
  php,
  go,
  language(
    'Python',
    !python && missing('Python with cryptography', 'python3-cryptography'),
    (_folder, withToken) => [
      python ?? '',
      withToken ? 'test/helpers/token.py' : 'examples/connect.py',
    ],
  ),
];

/** The example in Python with frameworks. */
export const frameworks: readonly Language[] = [
  language(
    'FastAPI',
    !withFastApi && missing('FastAPI', 'python3-fastapi, python3-uvicorn'),
    () => {
      const args = ['--app-dir', 'examples', '--log-level', 'warning', '--port', '{port}'];
      return [withFastApi ?? '', '-m', 'uvicorn', 'connect_fastapi:app', ...args];
    },
  ),
  language('Django', !withDjango && missing('Django', 'python3-django'), () => [
    withDjango ?? '',
    'examples/connect_django.py',
  ]),
];
