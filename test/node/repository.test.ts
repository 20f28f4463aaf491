// What the repository has for its host and for npm: each of it names files and scripts.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';

const WORKFLOWS = '.github/workflows';

/** Folders with a lockfile, as Dependabot writes them. */
function lockedFolders(folder = '.'): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.name === 'package-lock.json') return [dirname(path).slice(1) || '/'];
    const isSource = entry.isDirectory() && !/^(node_modules|\.git|build|dist)$/.test(entry.name);
    return isSource ? lockedFolders(path) : [];
  });
}

describe('.github', () => {
  it('lets Dependabot look at each lockfile', () => {
    const text = readFileSync('.github/dependabot.yml', 'utf8').split('github-actions')[0] ?? '';
    const named = [...text.matchAll(/^ +(?:- |directory: )(\/\S*)$/gm)].map(([, path]) => path);
    assert.deepEqual(named.sort(), lockedFolders().sort());
  });

  it('runs scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const files = readdirSync(WORKFLOWS).map((name) =>
      readFileSync(`${WORKFLOWS}/${name}`, 'utf8'),
    );
    const names = files.flatMap((text) => [...text.matchAll(/npm (?:run )?(test|[\w]+:\w+)/g)]);
    assert.equal(names.length >= 3, true);
    assert.deepEqual(
      names.map(([, name = '']) => name).filter((name) => !(name in scripts)),
      [],
    );
  });
});
