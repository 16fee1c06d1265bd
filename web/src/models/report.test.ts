// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type Measure, best_in, difference, pareto_front, read_report } from '@/models/report';

function variant(name: string, ap50: number, p50: number, size: number): unknown {
  return {
    variant: name,
    size_bytes: size,
    method: { kind: name, calibration: { frames: 48 } },
    accuracy: {
      ap50,
      ap50_ci95: [ap50 - 0.05, ap50 + 0.05],
      precision: 0.9,
      recall: 0.7,
      f1: 0.79,
    },
    pr_curve: [
      { score: 0.3, precision: 0.8, recall: 0.6 },
      { score: 0.9, precision: 1, recall: 0.1 },
    ],
    agreement: { matched: 0.97, mean_iou: 0.95 },
    latency_ms: { p50, p99: p50 * 1.2, histogram: [{ from: 8, to: 8.1, count: 120 }] },
    frames: [
      { frame: 400, labels: 5, found: 4, false: 1 },
      { frame: 411, labels: 0, found: 0, false: 0 },
    ],
  };
}

const BODY = {
  schema: 1,
  reference: 'fp32',
  best: 'int8',
  accuracy_loss_max: 0.02,
  device: { cpu: 'x', cores: 2 },
  variants: [
    variant('fp32', 0.7, 15, 20e6),
    variant('fp16', 0.7, 16, 10e6),
    variant('int8', 0.69, 7.5, 5e6),
  ],
};

describe('a report', () => {
  const body = read_report({ body: BODY, device: 'edge' });

  it('is read as documented', () => {
    expect(body.best).toBe('int8');
    expect(body.reference).toBe('fp32');
    expect(body.variants.map((v) => v.variant)).toEqual(['fp32', 'fp16', 'int8']);
    expect(body.variants[0]?.ap50_ci).toEqual([0.7 - 0.05, 0.7 + 0.05]);
    expect(body.variants[0]?.histogram).toEqual([{ from: 8, to: 8.1, count: 120 }]);
    expect(body.variants[0]?.method).toContainEqual({ path: 'calibration.frames', value: '48' });
  });
  it('sorts the precision-recall curve by recall', () => {
    expect(body.variants[0]?.pr_curve).toEqual([
      [0.1, 1],
      [0.6, 0.8],
    ]);
  });
  it('scores each frame; an empty one without a wrong box is right', () => {
    const f1 = body.variants[0]?.frames.map((frame) => frame.f1);
    expect(f1).toEqual([0.8, 1]);
  });
  it('marks the best of each measure, and nobody when all are equal', () => {
    const best = (measure: Measure): Set<string> =>
      best_in(body.variants, measure, (v) => String(v[measure]));
    expect(best('latency_p50')).toEqual(new Set(['int8']));
    expect(best('size_bytes')).toEqual(new Set(['int8']));
    expect(best('ap50')).toEqual(new Set(['fp32', 'fp16']));
    expect(best('precision')).toEqual(new Set());
  });
  it('marks all values that are written like the best one', () => {
    const near = read_report({
      body: {
        variants: [
          variant('fp32', 0.85411, 15, 20e6),
          variant('fp16', 0.85402, 16, 10e6),
          variant('int8', 0.85, 8, 5e6),
        ],
      },
      device: 'edge',
    });
    const best = best_in(near.variants, 'ap50', (v) => (v.ap50 ?? 0).toFixed(3));
    expect(best).toEqual(new Set(['fp32', 'fp16']));
  });
  it('says the difference to the reference', () => {
    const [fp32, , int8] = body.variants;
    if (!fp32 || !int8) throw new Error('variants are missing');
    const result = difference(int8, fp32);
    expect(result.speedup).toBe(2);
    expect(result.size_ratio).toBe(0.25);
    expect(result.accuracy_points).toBeCloseTo(-1);
  });
  it('keeps what nothing beats on the front', () => {
    expect(pareto_front(body.variants).map((v) => v.variant)).toEqual(['int8', 'fp32']);
  });
  it('survives a body of any shape', () => {
    for (const odd of [null, 7, 'x', [], {}, { variants: 3 }, { variants: [null, {}, []] }]) {
      const read = read_report({ body: odd, device: 'edge' });
      for (const one of read.variants) expect(one.ap50).toBeNull();
      expect(read.device).toEqual([{ path: '', value: 'edge' }]);
    }
  });
});
