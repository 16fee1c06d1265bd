// SPDX-License-Identifier: Apache-2.0
// WCAG 2 contrast, for the tests of the colour tables.

type Rgb = [number, number, number];

function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Relative luminance of #rrggbb, 0 (black) to 1 (white). */
export function luminance(hex: string): number {
  const [r, g, b] = parse(hex).map((channel) => {
    const c = channel / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
}

/** `share` of a over b, as CSS color-mix(in srgb, a share, b) gives it. */
export function mix(a: string, b: string, share: number): string {
  const from = parse(a);
  const onto = parse(b);
  const hex = from.map((v, i) => Math.round(v * share + (onto[i] ?? 0) * (1 - share)));
  return `#${hex.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}
