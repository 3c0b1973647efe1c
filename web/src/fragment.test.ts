import { describe, expect, test } from 'vitest';
import { decodeFragment, encodeFragment } from './fragment';

describe('fragment', () => {
  test.each([
    'SELECT 1',
    "SELECT '100 %' || '#&=+ü日本😀'",
    'SELECT *\n  FROM experts -- a comment\n WHERE a <> 2 + 3',
    '',
  ])('gives back what was put in: %j', (sql) => {
    expect(decodeFragment(encodeFragment(sql))).toBe(sql);
  });

  test('stands among others', () => {
    expect(decodeFragment('#run=3&q=SELECT%201')).toBe('SELECT 1');
  });

  test('reads a plus as a space, as hand-written links have it', () => {
    expect(decodeFragment('#q=SELECT+1')).toBe('SELECT 1');
  });

  test.each(['', '#', '#run=3', '#q', '#q=%E0%A4%A'])('is nothing in %j', (fragment) => {
    expect(decodeFragment(fragment)).toBeUndefined();
  });
});
