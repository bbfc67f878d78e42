// What ingest is built on, for the benchmark's ways of doing the same without it.

export { default as mqtt } from "mqtt";
export * as rxjs from "rxjs";
export * as undici from "undici";
