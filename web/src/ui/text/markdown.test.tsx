// SPDX-License-Identifier: Apache-2.0
import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import Markdown from '@/ui/text/markdown';

function shown(text: string): string {
  const { container } = render(<Markdown text={text} />);
  const { innerHTML } = container.firstElementChild as Element;
  return innerHTML;
}

it('shows headings, lists, code and emphasis', () => {
  expect(shown('# City\n\nFinds **people**.')).toContain('<h3>City</h3>');
  expect(shown('Finds **people** by `yolo`.')).toBe(
    '<p>Finds <strong>people</strong> by <code>yolo</code>.</p>',
  );
  expect(shown('- a\n- b')).toContain('<li>b</li>');
});

it('runs nothing, fetches nothing, and leads out of the page alone', () => {
  expect(shown('<script>alert(1)</script><img src=x onerror=alert(1)>')).not.toContain('<script');
  expect(shown('<b onclick="alert(1)">b</b>')).not.toContain('<b');
  expect(shown('[x](javascript:alert(1))')).not.toContain('javascript:');
  expect(shown('![a picture](https://elsewhere.example/p.png)')).toBe('<p><em>a picture</em></p>');
  const link = shown('[docs](https://docs.example/a)');
  expect(link).toContain('href="https://docs.example/a"');
  expect(link).toContain('rel="noopener noreferrer"');
});
