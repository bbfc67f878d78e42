// What a page says to somebody who is not logged in: in both languages, since it cannot know which is theirs.

import { el } from "./dom.ts";
import { say } from "./texts.ts";

export function loginNotice(): HTMLElement {
  const words = (["zh", "en"] as const).map((language) =>
    el("div", { lang: language }, el("h1", {}, say(language, "login.title")), el("p", {}, say(language, "login.text"))),
  );
  return el("main", { class: "notice" }, el("img", { src: "/page-parts/icon.svg", alt: "Isotherm" }), ...words);
}
