// Ingest's state for those who only read it: the console, the driver's page, reports.

import type { StateReader } from "./state-rows.ts";

export type { StateReader } from "./state-rows.ts";

/** Opens the state file read-only. Throws StateFileError when it is absent or of a newer version. */
export declare function openStateReader(stateFile: string): StateReader;
