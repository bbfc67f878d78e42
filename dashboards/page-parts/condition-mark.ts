// A condition as a shape: a tick in a disc, a triangle, an octagon, a broken ring. Never by colour alone.

import type { Condition } from "../src/api-shapes.ts";
import { svg } from "./dom.ts";

/** A clock: known, but not from now. */
export type MarkKind = Condition | "late";

const SHAPES: Record<MarkKind, () => SVGElement[]> = {
  "in-range": () => [
    svg("circle", { cx: 8, cy: 8, r: 7, class: "mark-body" }),
    svg("path", { d: "M4.6 8.2l2.3 2.3 4.5-4.8", class: "mark-sign" }),
  ],
  warning: () => [
    svg("path", { d: "M8 1.2l7 12.9H1z", class: "mark-body" }),
    svg("path", { d: "M8 5.6v4M8 11.7v.3", class: "mark-sign" }),
  ],
  breach: () => [
    svg("path", { d: "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z", class: "mark-body" }),
    svg("path", { d: "M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2", class: "mark-sign" }),
  ],
  late: () => [
    svg("circle", { cx: 8, cy: 8, r: 6.6, class: "mark-query" }),
    svg("path", { d: "M8 4.4V8l2.6 1.7", class: "mark-query" }),
  ],
  unknown: () => [
    svg("circle", { cx: 8, cy: 8, r: 6.4, class: "mark-ring" }),
    svg("path", { d: "M6.1 6.3c.2-2.6 4-2.4 3.8.1C9.8 7.8 8 7.8 8 9.4M8 11.4v.3", class: "mark-query" }),
  ],
};

export interface ConditionMark {
  readonly node: SVGElement;
  readonly set: (kind: MarkKind) => void;
}

export function conditionMark(): ConditionMark {
  const node = svg("svg", { viewBox: "0 0 16 16", class: "mark", "aria-hidden": "true" });
  let shown: MarkKind | undefined;
  return {
    node,
    set: (kind) => {
      if (kind === shown) return;
      shown = kind;
      node.setAttribute("class", `mark is-${kind}`);
      node.replaceChildren(...SHAPES[kind]());
    },
  };
}
