// What a browser is shown in place of a page that cannot be given: in both languages, since nobody is known yet.

import type { FastifyRequest } from "fastify";

interface Notice {
  readonly title: string;
  readonly text: string;
}

/** Error codes that people meet by following a link; any other stays an API's answer. */
const NOTICES: Readonly<Record<string, Readonly<Record<"zh-CN" | "en", Notice>>>> = {
  LOGIN_UNKNOWN: {
    "zh-CN": { title: "登录链接无效或已过期", text: "请向给您链接的人要一个新的登录链接。" },
    en: {
      title: "This login link does not work",
      text: "It is unknown or has expired. Ask whoever gave it for a new one.",
    },
  },
  NOT_FOUND: {
    "zh-CN": { title: "没有这个页面", text: "请检查地址，或打开您的登录链接。" },
    en: { title: "There is nothing at this address", text: "Check the address, or open your login link." },
  },
};

/** The page for an error, when it is a browser that asks and the error is one that people meet; else undefined. */
export function noticePage(request: Pick<FastifyRequest, "headers">, code: string): string | undefined {
  const notice = NOTICES[code];
  if (notice === undefined || request.headers.accept?.includes("text/html") !== true) return undefined;
  const parts = Object.entries(notice).map(
    ([language, { title, text }]) => `<div lang="${language}"><h1>${title}</h1><p>${text}</p></div>`,
  );
  return `<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Isotherm</title>
    <link rel="icon" type="image/svg+xml" href="/page-parts/icon.svg" />
    <link rel="stylesheet" href="/page-parts/theme.css" />
  </head>
  <body>
    <main class="notice"><img src="/page-parts/icon.svg" alt="Isotherm" />${parts.join("")}</main>
  </body>
</html>
`;
}
