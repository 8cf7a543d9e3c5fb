/* The page with something to begin with. */

/** A journal or a scenario that the page shows first. */
export interface Given {
  /** What it is called: the name of its file. */
  readonly name: string;
  readonly text: string;
}

const PLACE = '<!--given-->';

/** The page, as it was built, with what it is to show first. Whatever stands in that cannot end the element that holds it. */
export function pageWith(page: string, given: Given | null): string {
  if (given === null) return page.replace(PLACE, '');
  const json = JSON.stringify(given).replaceAll('<', '\\u003c');
  return page.replace(PLACE, () => `<script type="application/json" id="given">${json}</script>`);
}
