// Elements without markup strings: nothing that comes from data is ever parsed as HTML, and no inline style is written.

type Child = Node | string | null | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>>;

const SVG = "http://www.w3.org/2000/svg";

function fill(node: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.replace(/^on/, ""), value);
    else setAttribute(node, name, value);
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
}

/** `el("button", { class: "quiet", onclick: … }, "Text")`. Attributes that are undefined, null or false are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const node = document.createElementNS(SVG, tag);
  fill(node, attributes, children);
  return node;
}

/** Writes only what differs, so that repeated updates neither lose a selection nor cost a layout. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string | number | boolean | null | undefined): void {
  if (value === undefined || value === null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? "" : String(value));
}

export function show(node: Element, isShown: boolean): void {
  setAttribute(node, "hidden", !isShown);
}

export interface Row<T> {
  readonly node: Element;
  readonly update: (item: T) => void;
}

/** Keeps a list of rows in step with items by key: rows are reused, so focus and pointer stay where they are. */
export function keyedRows<T>(parent: Element, keyOf: (item: T) => string, make: (item: T) => Row<T>) {
  const rows = new Map<string, Row<T>>();
  return (items: readonly T[]): void => {
    const wanted = new Set(items.map(keyOf));
    for (const [key, row] of rows)
      if (!wanted.has(key)) {
        row.node.remove();
        rows.delete(key);
      }
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let row = rows.get(key);
      if (row === undefined) rows.set(key, (row = make(item)));
      row.update(item);
      if (row.node === place) place = place.nextElementSibling;
      else parent.insertBefore(row.node, place);
    }
  };
}

/** Fails loudly when a page and its HTML have drifted apart. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element #${id}`);
  return found;
}
