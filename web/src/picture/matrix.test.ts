import { describe, expect, it } from 'vitest';
import { cellAt, emptyMatrix, labelOf, layOut, moved, rowHeight, ticks } from './matrix';

const matrix = emptyMatrix(['0', '1', '2'], ['a', 'b', 'c', 'd']);

describe('matrix', () => {
  it('finds the cell under a point', () => {
    const layout = layOut(matrix, 440, 40, 10, 20);
    expect(layout).toMatchObject({ cellWidth: 100, width: 440, height: 70 });
    expect(cellAt(matrix, layout, 40, 10)).toEqual({ row: 0, column: 0 });
    expect(cellAt(matrix, layout, 439, 69)).toEqual({ row: 2, column: 3 });
    for (const [x, y] of [[39, 10], [440, 10], [40, 9], [40, 70]] as const) {
      expect(cellAt(matrix, layout, x, y)).toBeUndefined();
    }
  });

  it('moves a cursor and keeps it inside', () => {
    expect(moved(matrix, { row: 0, column: 0 }, 'ArrowUp')).toEqual({ row: 0, column: 0 });
    expect(moved(matrix, { row: 0, column: 0 }, 'PageDown')).toEqual({ row: 2, column: 0 });
    expect(moved(matrix, { row: 1, column: 1 }, 'End')).toEqual({ row: 1, column: 3 });
    expect(moved(matrix, { row: 1, column: 1 }, 'Enter')).toBeUndefined();
  });

  it('cuts labels that would take the room of the cells', () => {
    expect(labelOf('high_school_government_and_politics')).toBe('high_school_government_and_politics');
    expect(labelOf('bbh_cot_fewshot_tracking_shuffled_objects_three_objects')).toBe('bbh_cot_fewshot_tracking_shuffled_o…');
  });

  it('thins labels to round steps', () => {
    expect(ticks(4, 30, 20)).toEqual([0, 1, 2, 3]);
    expect(ticks(16, 12, 20)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    expect(ticks(256, 3, 24)).toHaveLength(26);
  });

  it('keeps rows between hairline and slab', () => {
    expect(rowHeight(4, 400)).toBe(40);
    expect(rowHeight(61, 400)).toBe(6);
    expect(rowHeight(1000, 400)).toBe(3);
  });
});
