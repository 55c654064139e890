/**
 * The chain behind a record: record -> estimate -> detections -> recording -> files with digests. Built from a list of
 * records, so that a result folder and a database answer alike.
 */
import { NotFoundError, type PlumelineRecord, type Provenance, type RecordId } from '@plumeline/core';

/** One record of the chain. A record met again is named but not opened again. */
export interface TraceNode {
  readonly id: RecordId;
  readonly kind: PlumelineRecord['kind'];
  readonly summary: string;
  readonly exercise: boolean;
  readonly provenance: Provenance;
  /** Original files, for a recording. */
  readonly files: readonly { readonly name: string; readonly digest: string; readonly bytes: number }[];
  readonly from: readonly TraceNode[];
  /** Records named as origin that are not in the list: the chain is broken there. */
  readonly missing: readonly RecordId[];
  /** True when this record's own origins are shown elsewhere in the tree. */
  readonly repeated: boolean;
}

/** @throws NotFoundError when no record has the id. An id may be shortened as long as it names one record. */
export function traceOf(id: RecordId, records: readonly PlumelineRecord[]): TraceNode {
  const byId = new Map(records.map((record) => [record.id, record]));
  const root = byId.get(id) ?? onlyOne(records.filter((record) => record.id.startsWith(id)));
  if (root === undefined) throw new NotFoundError('record', id);
  return nodeOf(root, byId, new Set());
}

/** Origins of one record that the text lists; the JSON form has all. */
const MOST_LISTED = 12;

/** The tree as text, one record a line, files under their recording. */
export function formatTrace(root: TraceNode): string {
  const lines: string[] = [];
  const walk = (node: TraceNode, head: string, indent: string, saidAbove: string): void => {
    lines.push(`${head}${lineOf(node)}`);
    if (node.repeated) return;
    const leaves = [
      ...detailsOf(node, saidAbove),
      ...node.missing.map((id) => `${id}  MISSING: named as origin, not among these records`),
    ];
    // Origins that are open elsewhere in the tree stand in the record's own line.
    const opened = node.from.filter(({ repeated }) => !repeated);
    const shown = opened.length === 0 ? [] : node.from.slice(0, MOST_LISTED);
    const hidden = opened.length === 0 ? 0 : node.from.length - shown.length;
    if (hidden > 0) leaves.push(`and ${hidden} more origins of the same kind; --json lists them`);
    const children = [
      ...leaves.map((text) => (inner: string) => {
        lines.push(`${inner}${text}`);
      }),
      ...shown.map((child) => (inner: string, deeper: string) => walk(child, inner, deeper, makingOf(node))),
    ];
    children.forEach((child, i) => {
      const isLast = i === children.length - 1;
      child(`${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`);
    });
  };
  walk(root, '', '', '');
  return `${lines.join('\n')}\n`;
}

function nodeOf(record: PlumelineRecord, byId: ReadonlyMap<RecordId, PlumelineRecord>, seen: Set<RecordId>): TraceNode {
  const repeated = seen.has(record.id) && record.provenance.derivedFrom.length + filesOf(record).length > 0;
  seen.add(record.id);
  // A record that is reached through another origin as well is shown only there: nearest first, each chain once.
  const origins = repeated ? [] : nearestOnly(record.provenance.derivedFrom, byId);
  return {
    id: record.id,
    kind: record.kind,
    summary: summaryOf(record),
    exercise: record.exercise,
    provenance: record.provenance,
    files: filesOf(record),
    from: origins.flatMap((id) => {
      const origin = byId.get(id);
      return origin === undefined ? [] : [nodeOf(origin, byId, seen)];
    }),
    missing: origins.filter((id) => !byId.has(id)),
    repeated,
  };
}

/** Leaves out origins that another origin already rests on, e.g. the recording behind a detection. */
function nearestOnly(ids: readonly RecordId[], byId: ReadonlyMap<RecordId, PlumelineRecord>): RecordId[] {
  const deeper = new Set(ids.flatMap((id) => byId.get(id)?.provenance.derivedFrom ?? []));
  return ids.filter((id) => !deeper.has(id));
}

function filesOf(record: PlumelineRecord): TraceNode['files'] {
  return record.kind === 'recording' ? record.files : [];
}

function lineOf(node: TraceNode): string {
  const marking = node.exercise ? 'EXERCISE  ' : '';
  const above = node.from.length > 0 && node.from.every(({ repeated }) => repeated);
  const origins = above ? `  <- ${node.from.map(({ id }) => id).join(' ')}` : '';
  return `${marking}${node.kind} ${node.id}  ${node.summary}${node.repeated ? '  (above)' : origins}`;
}

/** How the record was made, unless the record above was made alike; then its files. */
function detailsOf(node: TraceNode, saidAbove: string): string[] {
  const making = makingOf(node);
  const files = node.files.map(({ name, digest, bytes }) => `file ${name}  ${bytes} bytes  sha256:${digest}`);
  return making === saidAbove ? files : [making, ...files];
}

function makingOf({ provenance }: TraceNode): string {
  const settings = Object.entries(provenance.settings ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    `by ${provenance.software}`,
    `profile ${provenance.profile.name} sha256:${provenance.profile.digest}`,
    provenance.seed === undefined ? 'no random step' : `seed ${provenance.seed}`,
    ...(settings.length === 0 ? [] : [`settings ${settings.join(' ')}`]),
  ].join(' · ');
}

/** What a person wants to know of a record in one line. */
function summaryOf(record: PlumelineRecord): string {
  switch (record.kind) {
    case 'recording':
      return `${record.name}, ${record.sampleCount} samples, ${record.startAt} to ${record.endAt}`;
    case 'detection':
      return `${record.substance} +${three(record.peakEnhancement_ppm)} ppm at ${record.startAt}`;
    case 'source-estimate':
    case 'site': {
      const { p05, p50, p95 } = record.rate_kgph;
      const at = `${record.position.lat.toFixed(5)}, ${record.position.lon.toFixed(5)}`;
      const name = record.kind === 'site' ? `${record.label} ` : '';
      return `${name}${record.substance} at ${at}, ${three(p50)} kg/h (${three(p05)}-${three(p95)}, 90 %)`;
    }
    case 'null-result':
      return `${record.substance}: nothing found${record.upperLimit_kgph === undefined ? '' : `, would have seen ${three(record.upperLimit_kgph)} kg/h`}`;
  }
}

function three(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function onlyOne<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}
