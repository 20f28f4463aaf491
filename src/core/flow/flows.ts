import { isSameBinding, type Binding } from '../options.js';
import type { ReceivedResponse } from '../browser/received-response.js';
import { Flow } from './flow.js';

/** The flows of this page: one for each binding. */
const flows = new Set<Flow>();

/** The flow of a binding, which all its views share. */
export function findFlow(binding: Binding): Flow {
  const found = [...flows].find((flow) => isSameBinding(flow.binding, binding));
  const flow = found ?? new Flow(binding);
  flows.add(flow);
  return flow;
}

export function hasFlows(): boolean {
  return flows.size > 0;
}

/** The flow whose response this is, if there is one. */
export function findFlowOf({ transaction }: ReceivedResponse): Flow | undefined {
  return [...flows].find(({ binding }) => isSameBinding(binding, transaction));
}

/** A flow of this page that has a view. */
export function findShownFlow(): Flow | undefined {
  return [...flows].find(({ hasViews }) => hasViews);
}
