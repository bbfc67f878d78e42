// All tables of ingest's state, over one database.

import { AlarmTable } from "./alarm-table.ts";
import { AnchorTable } from "./anchor-table.ts";
import { AssignmentTable } from "./assignment-table.ts";
import { LineTable } from "./asset-lines.ts";
import { BirthTable } from "./birth-table.ts";
import { DirtyTable } from "./dirty-table.ts";
import { ExcursionTable } from "./excursion-table.ts";
import { ExpiredTable } from "./expired-table.ts";
import { ForeignTable } from "./foreign/foreign-table.ts";
import { GatewayTable } from "./gateway-table.ts";
import { HourDues } from "./hour-dues.ts";
import { LatestTable } from "./latest-table.ts";
import { LegConclusionTable } from "./leg-conclusion-table.ts";
import { ProfileChangeTable } from "./profile-change-table.ts";
import { QuarantineTable } from "./quarantine-table.ts";
import { QuietChannels } from "./quiet-channels.ts";
import { type StateDb, openState } from "./state-db.ts";
import { StreamTable } from "./stream-table.ts";

export class IngestState {
  readonly db: StateDb;
  readonly streams: StreamTable;
  readonly latest: LatestTable;
  readonly births: BirthTable;
  readonly anchors: AnchorTable;
  readonly quarantine: QuarantineTable;
  readonly gateways: GatewayTable;
  readonly assignments: AssignmentTable;
  readonly lines: LineTable;
  readonly quiet: QuietChannels;
  readonly hourDues: HourDues;
  readonly expired: ExpiredTable;
  readonly dirty: DirtyTable;
  readonly excursions: ExcursionTable;
  readonly conclusions: LegConclusionTable;
  readonly alarms: AlarmTable;
  readonly profileChanges: ProfileChangeTable;
  readonly foreign: ForeignTable;

  constructor(db: StateDb) {
    this.db = db;
    this.streams = new StreamTable(db);
    this.latest = new LatestTable(db);
    this.births = new BirthTable(db);
    this.anchors = new AnchorTable(db);
    this.quarantine = new QuarantineTable(db);
    this.gateways = new GatewayTable(db, this.latest);
    this.assignments = new AssignmentTable(db);
    this.lines = new LineTable(this.assignments, this.gateways);
    this.quiet = new QuietChannels(db, this.latest, this.lines);
    this.hourDues = new HourDues(db);
    this.expired = new ExpiredTable(db);
    this.dirty = new DirtyTable(db, this.quiet);
    this.excursions = new ExcursionTable(db);
    this.conclusions = new LegConclusionTable(db, this.quiet);
    this.alarms = new AlarmTable(db, this.latest);
    this.profileChanges = new ProfileChangeTable(db);
    this.foreign = new ForeignTable(db);
  }

  static open(file: string): IngestState {
    return new IngestState(openState(file));
  }

  close(): void {
    this.db.close();
  }
}
