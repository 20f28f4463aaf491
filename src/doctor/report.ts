// What the panel says, as text.
import type { Transition } from '../core/further/doctor.js';
import type { Finding, Level } from './finding.js';

/** An element and what was found about it. */
export interface Inspected {
  readonly name: string;
  readonly findings: readonly Finding[];
}

export const TITLES: Record<Level, string> = { problem: 'Problem', advice: 'Advice', ok: 'OK' };

/** `1 problem, 2 pieces of advice`. */
export function summarize(all: readonly Inspected[]): string {
  const findings = all.flatMap((one) => one.findings);
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  const [problems, hints] = [count('problem'), count('advice')];
  const parts = [
    problems > 0 && `${problems} problem${problems > 1 ? 's' : ''}`,
    hints > 0 && `${hints} ${hints > 1 ? 'pieces' : 'piece'} of advice`,
  ].filter((part) => part !== false);
  return parts.join(', ') || 'no problem found';
}

/** One step of the flow: `1.25 s claim: idle → claiming`. */
export function describeStep({ at, event, from, to, code }: Transition): string {
  const change = from === to ? `${from}, no change` : `${from} → ${to}`;
  return `${(at / 1000).toFixed(2)} s ${event}${code ? ` (${code})` : ''}: ${change}`;
}

/** The whole panel in Markdown, to be sent to somebody who helps. No secret. */
export function writeReport(
  all: readonly Inspected[],
  transitions: readonly Transition[],
  address: string,
): string {
  const sections = all.map(({ name, findings }) => {
    const lines = findings.map(({ level, name: finding, text, fix }) => {
      return `- ${TITLES[level]} \`${finding}\`: ${text}${fix ? ` Fix: ${fix}` : ''}`;
    });
    return [`## ${name}`, '', ...lines].join('\n');
  });
  const steps = transitions.map((entry) => `- ${describeStep(entry)}`);
  return [`# ${address}: ${summarize(all)}`, ...sections, '## Steps', steps.join('\n')].join(
    '\n\n',
  );
}
