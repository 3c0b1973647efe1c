import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { comparable, ends, estimatesOf, isClear, leftOutText } from './forest';

const rows = answer(
  ['layer', 'expert', 'n', 'accuracy', 'wilson_low', 'wilson_high', 'q_value'],
  [
    [0, 1, 30, 1.0, 0.88, 1.0, 0.2],
    [0, 2, 900, 0.95, 0.93, 0.96, 0.049],
    [1, 0, 40, 0.5, 0.35, 0.65, 0.001],
    [1, 1, 100, 0.6, 0.5, 0.69, 0.05],
    [1, 2, 100, 0.8, 0.71, 0.87, null],
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

  it('marks what its q-value says, and nothing where it has none', () => {
    expect(estimatesOf(rows).map(isClear)).toEqual([false, true, true, false, false]);
    const ofSubject = answer(['layer', 'expert', 'n', 'accuracy', 'wilson_low', 'wilson_high'], [[0, 1, 30, 1.0, 0.88, 1.0]]);
    expect(estimatesOf(ofSubject).map(isClear)).toEqual([false]);
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
