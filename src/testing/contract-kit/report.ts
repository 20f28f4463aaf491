import type { CheckOptions, Finding } from './check-backend.js';

/** A clause that takes longer than this is named. */
const SLOW_MS = 3000;

function print({ name, hint, link, seen, trace = [], endsCheck }: Finding): void {
  if (seen === undefined) {
    console.log(`holds  ${name}`);
    return;
  }
  const steps = trace.flatMap(({ sent, answered }) => [`sent   ${sent}`, `got    ${answered}`]);
  const why = link === undefined ? [] : [`why    ${link}`];
  const lines = [`FAILS  ${name}: ${seen}`, ...steps, `right  ${hint}`, ...why];
  console.log(lines.join('\n       '));
  if (endsCheck) console.log('\nThe rest was not tried: fix this first.');
}

/** Prints each finding, and the name of a slow clause while it runs. */
export function watch(): Required<Pick<CheckOptions, 'onBegin' | 'onFinding'>> {
  let timer: NodeJS.Timeout | undefined;
  return {
    onBegin(name) {
      timer = setTimeout(() => console.log(`waits  ${name} …`), SLOW_MS);
    },
    onFinding(finding) {
      clearTimeout(timer);
      print(finding);
    },
  };
}

/** Prints the sum. Returns the exit code. */
export function summarize(findings: readonly Finding[]): number {
  const broken = findings.filter(({ seen }) => seen !== undefined).length;
  console.log(`\n${findings.length - broken} hold, ${broken} fail`);
  return broken > 0 ? 1 : 0;
}
