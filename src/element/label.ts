/** What the page has put into the slot of the label. */
export interface Label {
  /** The page's own label as text. Empty when it has none. */
  readonly pageLabel: string;
  /** Only white space: the slot has content then, and its default label is not shown. */
  readonly isLabelBlank: boolean;
}

export function readLabel(childNodes: Iterable<ChildNode>): Label {
  const nodes = [...childNodes].filter(
    (node) => node.nodeType !== Node.COMMENT_NODE && !('slot' in node && node.slot),
  );
  const pageLabel = nodes
    .map(({ textContent }) => textContent)
    .join('')
    .trim();
  const hasElement = nodes.some(({ nodeType }) => nodeType === Node.ELEMENT_NODE);
  return { pageLabel, isLabelBlank: nodes.length > 0 && !pageLabel && !hasElement };
}
