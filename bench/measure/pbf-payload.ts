// The fields of Sparkplug that DATA uses, read and written by pbf as its own compiler (5.1) lays such code out.

import { PbfReader, PbfWriter } from "pbf";

export interface PbfMetric {
  name: string;
  alias: number;
  timestamp: number;
  datatype: number;
  intValue: number;
  longValue: number;
  doubleValue: number;
  stringValue: string;
}

export interface PbfPayload {
  timestamp: number;
  metrics: PbfMetric[];
  seq: number;
}

export function pbfDecode(bytes: Uint8Array): PbfPayload {
  return readPayload(new PbfReader(bytes));
}

export function pbfEncode(payload: PbfPayload): Uint8Array {
  const pbf = new PbfWriter();
  writePayload(payload, pbf);
  return pbf.finish();
}

function readPayload(pbf: PbfReader, end?: number): PbfPayload {
  const obj: PbfPayload = { timestamp: 0, metrics: [], seq: 0 };
  let field;
  while ((field = pbf.nextField(end))) {
    if (field === 1) obj.timestamp = pbf.readVarint();
    else if (field === 2) obj.metrics.push(readMetric(pbf, pbf.readVarint() + pbf.pos));
    else if (field === 3) obj.seq = pbf.readVarint();
  }
  return obj;
}

function readMetric(pbf: PbfReader, end: number): PbfMetric {
  const obj = emptyMetric();
  let field;
  while ((field = pbf.nextField(end))) {
    if (field === 1) obj.name = pbf.readString();
    else if (field === 2) obj.alias = pbf.readVarint();
    else if (field === 3) obj.timestamp = pbf.readVarint();
    else if (field === 4) obj.datatype = pbf.readVarint();
    else if (field === 10) obj.intValue = pbf.readVarint();
    else if (field === 11) obj.longValue = pbf.readVarint();
    else if (field === 13) obj.doubleValue = pbf.readDouble();
    else if (field === 15) obj.stringValue = pbf.readString();
  }
  return obj;
}

export function emptyMetric(): PbfMetric {
  return {
    name: "",
    alias: 0,
    timestamp: 0,
    datatype: 0,
    intValue: 0,
    longValue: 0,
    doubleValue: 0,
    stringValue: "",
  };
}

function writePayload(obj: PbfPayload, pbf: PbfWriter): void {
  if (obj.timestamp) pbf.writeVarintField(1, obj.timestamp);
  for (const item of obj.metrics) pbf.writeMessage(2, writeMetric, item);
  if (obj.seq) pbf.writeVarintField(3, obj.seq);
}

function writeMetric(obj: PbfMetric, pbf: PbfWriter): void {
  if (obj.name) pbf.writeStringField(1, obj.name);
  if (obj.alias) pbf.writeVarintField(2, obj.alias);
  if (obj.timestamp) pbf.writeVarintField(3, obj.timestamp);
  if (obj.datatype) pbf.writeVarintField(4, obj.datatype);
  if (obj.intValue) pbf.writeVarintField(10, obj.intValue);
  if (obj.longValue) pbf.writeVarintField(11, obj.longValue);
  if (obj.doubleValue) pbf.writeDoubleField(13, obj.doubleValue);
  if (obj.stringValue) pbf.writeStringField(15, obj.stringValue);
}
