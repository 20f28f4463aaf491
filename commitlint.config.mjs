// The form of commit messages: https://www.conventionalcommits.org/en/v1.0.0/
/** @type {import('@commitlint/types').UserConfig} */
export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'header-max-length': [2, 'always', 72],
    // Names have capitals: `docs: explain PostgreSQL`.
    'subject-case': [0],
  },
  // Their subjects have names of packages, and their bodies links, as long as these are.
  ignores: [(message) => message.includes('Signed-off-by: dependabot[bot]')],
};
