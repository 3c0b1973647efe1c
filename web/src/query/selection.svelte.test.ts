import { describe, expect, it } from 'vitest';
import { moved, Selection } from './selection.svelte';

describe('selection', () => {
  it('reaches from where it began to the cursor, whichever comes first', () => {
    const selection = new Selection();
    expect(selection.block).toBeUndefined();
    selection.moveTo({ row: 5, column: 2 }, false);
    selection.moveTo({ row: 3, column: 4 }, true);
    expect(selection.block).toEqual({ top: 3, bottom: 5, left: 2, right: 4 });
    expect(selection.has({ row: 4, column: 3 })).toBe(true);
    expect(selection.has({ row: 4, column: 1 })).toBe(false);
    selection.moveTo({ row: 0, column: 0 }, false);
    expect(selection.block).toEqual({ top: 0, bottom: 0, left: 0, right: 0 });
    selection.clear();
    expect(selection.has({ row: 0, column: 0 })).toBe(false);
  });
});

describe('moved', () => {
  const last = { row: 99, column: 3 };
  const at = { row: 10, column: 1 };

  it('stays within the table', () => {
    expect(moved('ArrowDown', false, at, last, 20)).toEqual({ row: 11, column: 1 });
    expect(moved('PageUp', false, at, last, 20)).toEqual({ row: 0, column: 1 });
    expect(moved('PageDown', false, { row: 95, column: 1 }, last, 20)).toEqual({ row: 99, column: 1 });
    expect(moved('ArrowLeft', false, { row: 10, column: 0 }, last, 20)).toEqual({ row: 10, column: 0 });
  });

  it('goes to the ends of the row, and of all with Ctrl', () => {
    expect(moved('End', false, at, last, 20)).toEqual({ row: 10, column: 3 });
    expect(moved('End', true, at, last, 20)).toEqual(last);
    expect(moved('Home', true, at, last, 20)).toEqual({ row: 0, column: 0 });
  });

  it('begins at the first cell', () => {
    expect(moved('ArrowDown', false, undefined, last, 20)).toEqual({ row: 0, column: 0 });
  });

  it('leaves other keys, and a table without rows, alone', () => {
    expect(moved('a', false, at, last, 20)).toBeUndefined();
    expect(moved('ArrowDown', false, undefined, { row: -1, column: 0 }, 20)).toBeUndefined();
  });
});
