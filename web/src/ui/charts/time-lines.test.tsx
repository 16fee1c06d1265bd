// SPDX-License-Identifier: Apache-2.0
import { render } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { TimeLines } from '@/ui/charts/time-lines';

vi.stubGlobal(
  'ResizeObserver',
  class {
    observe(): void {}
    disconnect(): void {}
  },
);

vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(400);

it.each([
  ['of nothing but zeros', [0, 0]],
  ['of values above', [1, 3]],
])('an axis %s begins at 0', (_, values) => {
  const points = values.map((value, at): [number, number] => [at, value]);
  const { container } = render(
    <TimeLines
      label="used"
      format_time={() => ''}
      format={(value) => `v${value}`}
      lines={[{ name: 'used', points }]}
    />,
  );
  const words = [...container.querySelectorAll('text')].map((one) => one.textContent);
  expect(words).toContain('v0');
  expect(words.filter((word) => word?.startsWith('v-'))).toEqual([]);
});
