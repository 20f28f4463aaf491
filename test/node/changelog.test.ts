import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isReleased, release } from '../../scripts/release/changelog.mjs';

const CHANGELOG = `# Changelog

## Unreleased

### Added

- A button.

## 0.1.0 - 2026-01-02

- The first.
`;

describe('the changelog', () => {
  it('gives what is unreleased its version and date, and begins an empty list', () => {
    const released = release(CHANGELOG, '0.2.0', '2026-02-03');
    assert.equal(
      released,
      CHANGELOG.replace('## Unreleased', '## Unreleased\n\n## 0.2.0 - 2026-02-03'),
    );
    assert.equal(isReleased(released, '0.2.0'), true);
  });

  it('contains the versions that are released', () => {
    assert.equal(isReleased(CHANGELOG, '0.1.0'), true);
    assert.equal(isReleased(CHANGELOG, '0.2.0'), false);
    assert.equal(isReleased(CHANGELOG, '0.1'), false);
  });

  it('refuses a version that is released already, and a release without changes', () => {
    assert.throws(() => release(CHANGELOG, '0.1.0', '2026-02-03'), /already/);
    const released = release(CHANGELOG, '0.2.0', '2026-02-03');
    assert.throws(() => release(released, '0.3.0', '2026-02-03'), /nothing/);
    assert.throws(() => release('# Changelog\n', '0.3.0', '2026-02-03'), /no heading/);
  });

  it('of this project has a section for unreleased changes', () => {
    const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
    assert.match(changelog, /^## Unreleased$/m);
  });
});
