import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { NEVER, valueAt } from '../picture/matrix';
import { differenceMatrix, routingMatrix, subjectMatrix, togetherMatrix } from './matrices';

describe('matrices', () => {
  it('of subjects are against uniform', () => {
    const rows = answer(['subject', 'expert', 'activations'], [['b', 0, 2], ['b', 1, 2], ['a', 1, 8]]);
    const { matrix, totals } = subjectMatrix(rows, 4, false);
    expect(matrix.rows).toEqual(['a', 'b']);
    expect([...matrix.values]).toEqual([NEVER, 2, NEVER, NEVER, 1, 1, NEVER, NEVER]);
    expect(totals).toEqual([8, 4]);
    const clustered = subjectMatrix(rows, 4, true);
    expect([...clustered.matrix.rows].sort()).toEqual(['a', 'b']);
    for (const name of ['a', 'b']) {
      const row = clustered.matrix.rows.indexOf(name);
      const column = clustered.matrix.columns.indexOf('1');
      expect(valueAt(clustered.matrix, { row, column })).toBe(name === 'a' ? 2 : 1);
    }
  });

  it('of togetherness are against chance', () => {
    const rows = answer(
      ['expert', 'other_expert', 'together'],
      [[0, 0, 4], [0, 1, 4], [1, 0, 4], [1, 1, 4], [2, 2, 4], [2, 3, 4], [3, 2, 4], [3, 3, 4]],
    );
    const { matrix, tokens } = togetherMatrix(rows, 4, 2, false);
    expect(tokens).toBe(8);
    expect([...matrix.values.slice(0, 4)]).toEqual([NaN, 1, NEVER, NEVER]);
  });

  it('of two runs tell an expert of one run alone from one of neither', () => {
    const rows = answer(['layer', 'expert', 'share', 'other_share'], [[2, 0, 0.5, 0.25], [2, 1, 0, 0], [2, 2, 0.5, 0], [2, 3, 0, 0.75]]);
    expect([...differenceMatrix(rows).matrix.values]).toEqual([1, NEVER, 99, -99]);
    expect(differenceMatrix(rows).matrix.rows).toEqual(['2']);
  });

  it('of one token show its weights', () => {
    const rows = answer(['layer', 'experts', 'weights'], [[0, [2, 0], [0.5, 0.25]]]);
    expect([...routingMatrix(rows, 3).values]).toEqual([0.25, NaN, 0.5]);
  });
});
