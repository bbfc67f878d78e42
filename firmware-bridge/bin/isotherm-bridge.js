#!/usr/bin/env node
// Starts the command in src/main.ts. Node 24 runs TypeScript as it is; an older one hands over to the Node that this
// project brings along as the npm package "node".

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
const source = fileURLToPath(new URL("../src/main.ts", import.meta.url));
// In an installed package the types were stripped beforehand.
const main = existsSync(source) ? source : source.replace(/\.ts$/, ".js");

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
  await import(main);
} else {
  const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
  const args = ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)];
  const child = spawn(join(folder, "bin", "node"), args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal tells the child itself.
      if (signal !== "SIGINT" || process.stdin.isTTY !== true) child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}
