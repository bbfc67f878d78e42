// Pages as they lie in the folder: TypeScript modules with their types stripped, bare imports rewritten to bundled parts.
// No bundler and no inline script, so that the content security policy can be strict.

import { readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiError } from "./errors.ts";

const ROOM = join(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE_FOLDERS = ["console", "driver", "page-parts"];

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
  ".geojson": "application/geo+json",
};

export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Files of libraries that pages use, by the address under which they are served. */
const VENDOR: Record<string, string> = {
  "uplot.js": "uplot/dist/uPlot.esm.js",
  "uplot.css": "uplot/dist/uPlot.min.css",
  "leaflet.js": "leaflet/dist/leaflet-src.esm.js",
  "leaflet.css": "leaflet/dist/leaflet.css",
};
const BARE_IMPORTS: Record<string, string> = { uplot: "/vendor/uplot.js", leaflet: "/vendor/leaflet.js" };

const cache = new Map<string, Buffer>();

/** Turns one TypeScript page module into what a browser runs. */
export function pageModule(source: string): string {
  return stripTypeScriptTypes(source).replace(
    /(from\s+|import\s*\(\s*|import\s+)(['"])([a-z][a-z0-9-]*)\2/g,
    (whole, lead: string, quote: string, name: string) =>
      BARE_IMPORTS[name] === undefined ? whole : `${lead}${quote}${BARE_IMPORTS[name]}${quote}`,
  );
}

function load(path: string): Buffer {
  const known = cache.get(path);
  if (known !== undefined) return known;
  const bytes = readFileSync(path);
  const served = extname(path) === ".ts" ? Buffer.from(pageModule(bytes.toString("utf8"))) : bytes;
  cache.set(path, served);
  return served;
}

function answer(reply: FastifyReply, path: string): FastifyReply {
  try {
    return reply
      .header("content-type", TYPES[extname(path)] ?? "application/octet-stream")
      .header("cache-control", "no-cache")
      .send(load(path));
  } catch (error) {
    throw new ApiError("NOT_FOUND", "There is no such page.", { cause: error });
  }
}

export function pageFiles(server: FastifyInstance): void {
  const require = createRequire(import.meta.url);
  server.get("/", (_request, reply) => reply.redirect("/console"));
  server.get("/console", (_request, reply) => answer(reply, join(ROOM, "console", "index.html")));
  server.get("/driver", (_request, reply) => answer(reply, join(ROOM, "driver", "index.html")));
  server.get<{ Params: { name: string } }>("/vendor/:name", (request, reply) => {
    const file = VENDOR[request.params.name];
    if (file === undefined) throw new ApiError("NOT_FOUND", "There is no such file.");
    return answer(reply, require.resolve(file));
  });
  for (const folder of PAGE_FOLDERS)
    server.get<{ Params: { "*": string } }>(`/${folder}/*`, (request, reply) => {
      const path = normalize(join(ROOM, folder, request.params["*"]));
      const inside = path.startsWith(join(ROOM, folder) + sep) && TYPES[extname(path)] !== undefined;
      if (!inside || path.endsWith(".test.ts")) throw new ApiError("NOT_FOUND", "There is no such file.");
      return answer(reply, path);
    });
}
