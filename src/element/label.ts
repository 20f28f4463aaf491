/** What a page puts into the slot of the label. */
function listLabelNodes({ childNodes }: Element): Node[] {
  return [...childNodes].filter(
    (node) => node.nodeType !== Node.COMMENT_NODE && !('slot' in node && node.slot),
  );
}

/** The page's own label as text. Empty when it has none. */
export function readLabel(host: Element): string {
  const texts = listLabelNodes(host).map(({ textContent }) => textContent);
  return texts.join('').trim();
}

/** Whether the page has a label of its own, of text or of anything else. */
export function hasLabel(host: Element): boolean {
  return !listLabelNodes(host).every(isBlankText);
}

/** White space in the tag fills the slot, and would take the place of its default label. */
export function isLabelBlank(host: Element): boolean {
  const nodes = listLabelNodes(host);
  return nodes.length > 0 && nodes.every(isBlankText);
}

function isBlankText(node: Node): boolean {
  return node.nodeType === Node.TEXT_NODE && node.textContent?.trim() === '';
}
