/** `npm run pack:all`: the rooms as npm packages, for machines that have no checkout. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packRooms } from "./pack-rooms.ts";

const HELP = `Packs every room as an npm package.

  npm run pack:all -- --out DIR    write a .tgz for each room into DIR

Types are taken out, for Node runs no TypeScript in node_modules; tests are left out. On another machine, with Node 24,
put the files into a folder of their own and say there: npm install ./*.tgz`;

const { values } = parseArgs({ options: { out: { type: "string" }, help: { type: "boolean", short: "h" } } });
if (values.out === undefined) {
  console.log(HELP);
  process.exit(values.help === true ? 0 : 2);
}
for (const tarball of await packRooms(join(import.meta.dirname, ".."), resolve(values.out))) console.log(tarball);
