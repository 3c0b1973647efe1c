import { expect, test } from 'vitest';
import { answer } from '../api/testing';
import { mismatchOf } from './mismatch';

test('a cell is the share of decisions with other experts', () => {
  const mismatch = mismatchOf(
    answer(
      ['layer', 'margin_tenth', 'n', 'set_differs', 'most_margin'],
      [
        [3, 1, 10, 5, 0.01],
        [3, 2, 10, 1, 0.2],
        [1, 2, 20, 0, null],
      ],
    ),
  );
  expect(mismatch.matrix.rows).toEqual(['1', '3']);
  expect(mismatch.matrix.columns).toEqual(['1', '2']);
  expect([...mismatch.matrix.values]).toEqual([NaN, 0, 0.5, 0.1]);
  expect([...mismatch.margins]).toEqual([NaN, NaN, 0.01, 0.2]);
  expect(mismatch.decisions).toBe(40);
  expect(mismatch.share).toBe(6 / 40);
});
