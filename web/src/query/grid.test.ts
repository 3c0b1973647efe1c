import { float64, int64, list, int16, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette';
import { describe, expect, it } from 'vitest';
import { gridOfRows } from '../api/rows';
import { answer } from '../api/testing';
import { gridOfArrow, markdown, scrollTopOf, tabSeparated, whole } from './grid';

const rows = answer(['a|b', 'text'], [[1, 'x\ty'], [null, 'p|q\nr'], [0.1, '']]);

describe('grid', () => {
  it('copies as tab-separated text', () => {
    const grid = gridOfRows(rows);
    expect(tabSeparated(grid, whole(grid), true)).toBe('a|b\ttext\n1\tx y\n\tp|q r\n0.1\t');
    expect(tabSeparated(grid, { top: 1, left: 1, bottom: 2, right: 1 }, false)).toBe('p|q r\n');
  });

  it('copies as Markdown', () => {
    const grid = gridOfRows(rows);
    expect(markdown(grid, whole(grid))).toBe('| a\\|b | text |\n| ---: | ---: |\n| 1 | x\ty |\n|  | p\\|q<br>r |\n| 0.1 |  |');
  });

  it('reads Arrow as it reads JSON', () => {
    const table = tableFromArrays(
      { n: [1n, 9007199254740993n, null], x: [0.5, NaN, Infinity], s: ['a', null, 'c'], l: [[1, 2], [], null] },
      { types: { n: int64(), x: float64(), s: utf8(), l: list(int16()) } },
    );
    const bytes = tableToIPC(table, { format: 'stream' }) as Uint8Array;
    const grid = gridOfArrow(bytes);
    expect(grid.columns).toEqual([
      { name: 'n', type: 'BIGINT' },
      { name: 'x', type: 'DOUBLE' },
      { name: 's', type: 'VARCHAR' },
      { name: 'l', type: 'SMALLINT[]' },
    ]);
    expect(grid.rowCount).toBe(3);
    const cells = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => grid.value(row, column)));
    expect(cells).toEqual([
      [1, 0.5, 'a', [1, 2]],
      ['9007199254740993', 'NaN', null, []],
      [null, 'Infinity', 'c', null],
    ]);
  });
});

describe('where a row is', () => {
  const low = { rows: 1000, rowHeight: 27, headHeight: 42, clientHeight: 420, scrollHeight: 1001 * 27 };
  const tall = { ...low, rows: 1_000_000, scrollHeight: 10_000_000 };

  it('is in proportion to the scroll bar', () => {
    expect(scrollTopOf(0, 'first', low)).toBe(0);
    expect(scrollTopOf(100, 'first', low)).toBe(2700);
    expect(scrollTopOf(999, 'first', low)).toBe(1001 * 27 - 420);
    // 14 rows fit; the first of them is row 86.
    expect(scrollTopOf(99, 'last', low)).toBe(86 * 27);
    expect(scrollTopOf(5, 'last', low)).toBe(0);
  });

  it('is in proportion too where there are more rows than the scroll bar has pixels for', () => {
    expect(scrollTopOf(500_000, 'first', tall)).toBeCloseTo(5_000_000, -3);
    expect(scrollTopOf(999_999, 'last', tall)).toBeLessThanOrEqual(10_000_000 - 420);
    expect(scrollTopOf(40, 'last', tall)).toBe(Math.ceil((27 / (1_000_000 - 420 / 27 + 1)) * (10_000_000 - 420)));
  });
});
