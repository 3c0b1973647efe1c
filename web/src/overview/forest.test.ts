import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { clearOf, comparable, ends, estimatesOf, leftOutText } from './forest';

const rows = answer(
  ['layer', 'expert', 'n', 'accuracy', 'wilson_low', 'wilson_high'],
  [
    [0, 1, 30, 1.0, 0.88, 1.0],
    [0, 2, 900, 0.95, 0.93, 0.96],
    [1, 0, 40, 0.5, 0.35, 0.65],
    [1, 1, 100, 0.6, 0.5, 0.69],
    [1, 2, 100, 0.8, 0.71, 0.87],
  ],
);

describe('forest', () => {
  it('ranks by the near end of the interval', () => {
    const { most, least } = ends(estimatesOf(rows), 2);
    expect(most.map(({ layer, expert }) => [layer, expert])).toEqual([[0, 2], [0, 1]]);
    expect(least.map(({ layer, expert }) => [layer, expert])).toEqual([[1, 1], [1, 0]]);
  });

  it('shows no expert twice', () => {
    const { most, least } = ends(estimatesOf(rows), 4);
    expect([...most, ...least]).toHaveLength(5);
  });

  it('says when an interval is clear of a value', () => {
    const [first] = estimatesOf(rows);
    expect(first && [0.85, 0.9, 1].map((value) => clearOf(first, value))).toEqual([true, false, false]);
  });

  it('leaves out experts that fired in every question', () => {
    const estimates = estimatesOf(rows);
    expect(comparable(estimates, 900).map(({ n }) => n)).toEqual([30, 40, 100, 100]);
    expect(comparable(estimates, 1560)).toHaveLength(5);
    // The number of questions comes with another answer, perhaps later.
    expect(comparable(estimates, 0)).toHaveLength(5);
    expect([0, 1, 1024].map(leftOutText)).toEqual([
      '',
      'Left out: 1 expert that fired in every question, where the accuracy is that of all questions.',
      'Left out: 1,024 experts that fired in every question, where the accuracy is that of all questions.',
    ]);
  });
});
