// SPDX-License-Identifier: Apache-2.0
// A comparison report's body (docs/guide/reports.md) as a typed shape. The schema leaves the body
// open, so every field is read on its own and may be missing; the page shows what there is.
import type { Report } from '@/api/types.gen';
import { as_fields, as_list, as_number, as_numbers, as_text } from '@/models/unknown';

/** One bar of a histogram; milliseconds. */
export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** How one labelled frame went. */
export interface FrameScore {
  frame: number;
  /** Boxes that a person drew, those of them that were found, and boxes that hold nothing. */
  labels: number;
  found: number;
  wrong: number;
  /** F1 of this frame, 0 to 1; 1 for an empty frame without a wrong box. */
  f1: number;
}

export interface ReportVariant {
  variant: string;
  variant_id: number | null;
  size_bytes: number | null;
  ap50: number | null;
  /** 95 % interval of ap50. */
  ap50_ci: [number, number] | null;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  f1_ci: [number, number] | null;
  agreement_iou: number | null;
  agreement_matched: number | null;
  latency_p50: number | null;
  latency_p99: number | null;
  latency_mean: number | null;
  histogram: Bin[];
  /** [recall, precision], recall rising. */
  pr_curve: [number, number][];
  frames: FrameScore[];
  /** Facts on how this variant was made. */
  method: ReportFact[];
}

export interface ReportFact {
  path: string;
  value: string;
}

export interface ReportBody {
  variants: ReportVariant[];
  best: string;
  best_reason: string;
  /** The variant the others are compared with. */
  reference: string;
  /** How much AP50 a variant may lose and still be chosen; null = not said. */
  accuracy_loss_max: number | null;
  device: ReportFact[];
  engine: ReportFact[];
  data: ReportFact[];
}

function pair(value: unknown): [number, number] | null {
  const [lo, hi] = as_numbers(value);
  return lo !== undefined && hi !== undefined ? [lo, hi] : null;
}

function read_histogram(value: unknown): Bin[] {
  return as_list(value).flatMap((entry) => {
    const fields = as_fields(entry);
    const from = as_number(fields.from);
    const to = as_number(fields.to);
    const count = as_number(fields.count);
    return from !== null && to !== null && count !== null && to > from ? [{ from, to, count }] : [];
  });
}

function read_frames(value: unknown): FrameScore[] {
  return as_list(value).flatMap((entry) => {
    const fields = as_fields(entry);
    const frame = as_number(fields.frame);
    const labels = as_number(fields.labels);
    const found = as_number(fields.found);
    if (frame === null || labels === null || found === null) return [];
    const wrong = as_number(fields.false) ?? 0;
    const boxes = labels + found + wrong;
    return [{ frame, labels, found, wrong, f1: boxes > 0 ? (2 * found) / boxes : 1 }];
  });
}

function read_pr_curve(value: unknown): [number, number][] {
  const points = as_list(value).flatMap((entry): [number, number][] => {
    const fields = as_fields(entry);
    const recall = as_number(fields.recall);
    const precision = as_number(fields.precision);
    return recall !== null && precision !== null ? [[recall, precision]] : [];
  });
  return points.sort((a, b) => a[0] - b[0]);
}

function read_variant(value: unknown): ReportVariant {
  const fields = as_fields(value);
  const accuracy = as_fields(fields.accuracy);
  const agreement = as_fields(fields.agreement);
  const latency = as_fields(fields.latency_ms);
  return {
    variant: as_text(fields.variant) || '?',
    variant_id: as_number(fields.variant_id),
    size_bytes: as_number(fields.size_bytes),
    ap50: as_number(accuracy.ap50),
    ap50_ci: pair(accuracy.ap50_ci95),
    precision: as_number(accuracy.precision),
    recall: as_number(accuracy.recall),
    f1: as_number(accuracy.f1),
    f1_ci: pair(accuracy.f1_ci95),
    agreement_iou: as_number(agreement.mean_iou),
    agreement_matched: as_number(agreement.matched),
    latency_p50: as_number(latency.p50),
    latency_p99: as_number(latency.p99),
    latency_mean: as_number(latency.mean),
    histogram: read_histogram(latency.histogram),
    pr_curve: read_pr_curve(fields.pr_curve),
    frames: read_frames(fields.frames),
    method: facts_of(fields.method),
  };
}

/** Nested facts as "a.b" paths with readable values; long lists are cut. */
export function facts_of(value: unknown, prefix = ''): ReportFact[] {
  return Object.entries(as_fields(value)).flatMap(([key, inner]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    if (Array.isArray(inner)) return [{ path, value: short_list(inner) }];
    if (typeof inner === 'object' && inner !== null) return facts_of(inner, path);
    return inner === null || inner === '' ? [] : [{ path, value: String(inner) }];
  });
}

function short_list(list: unknown[]): string {
  const shown = list
    .slice(0, 8)
    .map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item)));
  return shown.join(', ') + (list.length > 8 ? ` … (${list.length})` : '');
}

/** A fact section may be an object or one sentence. */
function section(value: unknown): ReportFact[] {
  const text = as_text(value);
  return text ? [{ path: '', value: text }] : facts_of(value);
}

export function read_report(report: Pick<Report, 'body' | 'device'>): ReportBody {
  const fields = as_fields(report.body);
  const variants = as_list(fields.variants).map(read_variant);
  const device = section(fields.device);
  const named = as_text(fields.reference);
  const has_named = variants.some((v) => v.variant === named);
  return {
    variants,
    best: as_text(fields.best),
    best_reason: as_text(fields.best_reason),
    reference: has_named ? named : (variants[0]?.variant ?? ''),
    accuracy_loss_max: as_number(fields.accuracy_loss_max),
    device: device.length > 0 || !report.device ? device : [{ path: '', value: report.device }],
    engine: section(fields.engine),
    data: section(fields.data),
  };
}

export type Measure =
  'ap50' | 'f1' | 'precision' | 'recall' | 'latency_p50' | 'latency_p99' | 'size_bytes';

const LESS_IS_BETTER = new Set<Measure>(['latency_p50', 'latency_p99', 'size_bytes']);

/**
 * Names of the variants that are best in a measure; empty when fewer than two were measured, or all
 * are equal. Values that are written alike are equal: a reader sees no more than `text`.
 */
export function best_in(
  variants: ReportVariant[],
  measure: Measure,
  text: (variant: ReportVariant) => string,
): Set<string> {
  const measured = variants.filter((v) => v[measure] !== null);
  if (measured.length < 2) return new Set();
  const sign = LESS_IS_BETTER.has(measure) ? 1 : -1;
  const top = measured.reduce((best, v) =>
    sign * (v[measure] as number) < sign * (best[measure] as number) ? v : best,
  );
  const best = measured.filter((v) => text(v) === text(top));
  return best.length === measured.length ? new Set() : new Set(best.map((v) => v.variant));
}

export interface Difference {
  /** How many times faster than the reference (by p50); below 1 = slower. */
  speedup: number | null;
  /** Size as a share of the reference's. */
  size_ratio: number | null;
  /** AP50 minus the reference's, in points of a hundred. */
  accuracy_points: number | null;
}

function ratio(a: number | null, b: number | null): number | null {
  return a !== null && b !== null && b > 0 ? a / b : null;
}

export function difference(variant: ReportVariant, reference: ReportVariant): Difference {
  const gap =
    variant.ap50 !== null && reference.ap50 !== null ? (variant.ap50 - reference.ap50) * 100 : null;
  return {
    speedup: ratio(reference.latency_p50, variant.latency_p50),
    size_ratio: ratio(variant.size_bytes, reference.size_bytes),
    accuracy_points: gap,
  };
}

/** The variants no other one beats in both latency and accuracy, fastest first. */
export function pareto_front(variants: ReportVariant[]): ReportVariant[] {
  const known = variants.filter((v) => v.latency_p50 !== null && v.ap50 !== null);
  const sorted = [...known].sort(
    (a, b) =>
      (a.latency_p50 as number) - (b.latency_p50 as number) ||
      (b.ap50 as number) - (a.ap50 as number),
  );
  let best = -1;
  return sorted.filter((v) => {
    const keeps = (v.ap50 as number) > best;
    if (keeps) best = v.ap50 as number;
    return keeps;
  });
}
