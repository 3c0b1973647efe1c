import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { NEVER, valueAt } from '../picture/matrix';
import { coactivationMatrix, differenceMatrix, routingMatrix, subjectMatrix, withoutUnused } from './matrices';

describe('matrices', () => {
  it('of subjects are against uniform', () => {
    const rows = answer(
      ['subject', 'expert', 'n', 'activations', 'share', 'ratio', 'z'],
      [
        ['b', 0, 4, 2, 0.5, 2, 3], ['b', 1, 4, 2, 0.5, 2, -2], ['b', 2, 4, 0, 0, 0, 0], ['b', 3, 4, 0, 0, 0, 0],
        ['a', 0, 8, 0, 0, 0, -3], ['a', 1, 8, 8, 1, 4, 2], ['a', 2, 8, 0, 0, 0, 0], ['a', 3, 8, 0, 0, 0, null],
      ],
    );
    const { matrix, totals, share, z } = subjectMatrix(rows, 4, false);
    expect(matrix.rows).toEqual(['a', 'b']);
    expect([...matrix.values]).toEqual([NEVER, 2, NEVER, NEVER, 1, 1, NEVER, NEVER]);
    expect([...share]).toEqual([0, 1, 0, 0, 0.5, 0.5, 0, 0]);
    expect([...z]).toEqual([-3, 2, 0, NaN, 3, -2, 0, 0]);
    expect(totals).toEqual([8, 4]);
    expect(withoutUnused(subjectMatrix(rows, 4, false), false)).toMatchObject({ columnKeys: [0, 1], rowKeys: [0, 1] });
    const clustered = subjectMatrix(rows, 4, true);
    expect([...clustered.matrix.rows].sort()).toEqual(['a', 'b']);
    for (const name of ['a', 'b']) {
      const row = clustered.matrix.rows.indexOf(name);
      const column = clustered.matrix.columns.indexOf('1');
      expect(valueAt(clustered.matrix, { row, column })).toBe(name === 'a' ? 2 : 1);
    }
  });

  it('of co-activation are against chance', () => {
    const rows = answer(
      ['expert', 'other_expert', 'tokens', 'n', 'together', 'share', 'lift', 'z'],
      [[0, 1, 8, 4, 4, 1, 2, 2.8], [1, 0, 8, 4, 4, 1, 2, 2.8], [2, 3, 8, 4, 4, 1, 2, 2.8], [3, 2, 8, 4, 4, 1, 2, 2.8]],
    );
    const used = withoutUnused(coactivationMatrix(rows, 5, false), true);
    expect(used.matrix.rows).toEqual(['0', '1', '2', '3']);
    expect([...used.matrix.values.slice(0, 4)]).toEqual([NaN, 1, NEVER, NEVER]);
    expect([...used.counts.slice(4, 8)]).toEqual([4, 4, 0, 0]);
    expect([...used.z.slice(0, 4)]).toEqual([NaN, 2.8, NaN, NaN]);
    expect(used.totals).toEqual([4, 4, 4, 4]);
    const { matrix, tokens, counts, totals } = coactivationMatrix(rows, 5, false);
    expect(tokens).toBe(8);
    expect([...matrix.values.slice(0, 5)]).toEqual([NaN, 1, NEVER, NEVER, NaN]);
    expect([...counts.slice(0, 5)]).toEqual([4, 4, 0, 0, 0]);
    expect(totals).toEqual([4, 4, 4, 4, 0]);
    expect(coactivationMatrix(answer(['expert', 'other_expert', 'tokens', 'n', 'together', 'share', 'lift', 'z'], []), 2, true).tokens).toBe(0);
  });

  it('of two runs tell an expert of one run alone from one of neither', () => {
    const rows = answer(
      ['layer', 'expert', 'share', 'other_share', 'change'],
      [[2, 0, 0.5, 0.25, 2], [2, 1, 0, 0, null], [2, 2, 0.5, 0, null], [2, 3, 0, 0.75, 0]],
    );
    expect([...differenceMatrix(rows).matrix.values]).toEqual([1, NEVER, 99, -99]);
    expect(differenceMatrix(rows).matrix.rows).toEqual(['2']);
  });

  it('of one token show its weights', () => {
    const rows = answer(['layer', 'experts', 'weights'], [[0, [2, 0], [0.5, 0.25]]]);
    expect([...routingMatrix(rows, 3).values]).toEqual([0.25, NaN, 0.5]);
    expect([...routingMatrix(answer(['layer', 'experts', 'weights'], [[0, [2, 0], null]]), 3).values]).toEqual([1, NaN, 1]);
  });
});
