/* Elements, made with text and never with markup: whatever a stranger said stays text. */

type Child = Node | string | null | readonly Child[];

/** An element. Attributes that begin with "on" are listeners; those that are null or false are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, unknown>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

/** What is folded up, and made when it is first unfolded: of all that could be looked at, little is. */
export function folded(
  attributes: Readonly<Record<string, unknown>>,
  summary: HTMLElement,
  content: () => readonly Child[],
): HTMLDetailsElement {
  const details = h('details', attributes, summary);
  if (details.open) append(details, content());
  else details.addEventListener('toggle', () => append(details, content()), { once: true });
  return details;
}

function append(element: HTMLElement, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null) continue;
    if (typeof child === 'string' || child instanceof Node) element.append(child);
    else append(element, child);
  }
}

/** An element that the page has from the beginning. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}
