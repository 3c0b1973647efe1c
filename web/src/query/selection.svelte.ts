import type { Cell } from '../picture/matrix';
import type { Block } from './grid';

/** The selected cells, from the start of the selection to the cursor. */
export class Selection {
  cursor = $state.raw<Cell | undefined>();
  private anchor = $state.raw<Cell | undefined>();

  readonly block = $derived.by<Block | undefined>(() => {
    if (this.cursor === undefined || this.anchor === undefined) {
      return undefined;
    }
    return {
      top: Math.min(this.cursor.row, this.anchor.row),
      bottom: Math.max(this.cursor.row, this.anchor.row),
      left: Math.min(this.cursor.column, this.anchor.column),
      right: Math.max(this.cursor.column, this.anchor.column),
    };
  });

  /** @param extend whether the selection grows to the cell instead of restarting there */
  moveTo(cell: Cell, extend: boolean): void {
    this.cursor = cell;
    this.anchor = extend ? (this.anchor ?? cell) : cell;
  }

  clear(): void {
    this.cursor = undefined;
    this.anchor = undefined;
  }

  has(cell: Cell): boolean {
    const block = this.block;
    return block !== undefined && cell.row >= block.top && cell.row <= block.bottom && cell.column >= block.left && cell.column <= block.right;
  }
}

/**
 * Where a key moves the cursor, or undefined for keys that do not.
 *
 * @param from undefined where there is none yet: arrow keys then put it on the first cell
 * @param last the last cell of all
 * @param page rows that are seen at once
 */
export function moved(key: string, command: boolean, from: Cell | undefined, last: Cell, page: number): Cell | undefined {
  const { row, column } = from ?? { row: 0, column: 0 };
  const targets: Record<string, Cell> = {
    ArrowDown: { row: row + 1, column },
    ArrowUp: { row: row - 1, column },
    ArrowRight: { row, column: column + 1 },
    ArrowLeft: { row, column: column - 1 },
    PageDown: { row: row + page, column },
    PageUp: { row: row - page, column },
    Home: { row: command ? 0 : row, column: 0 },
    End: { row: command ? last.row : row, column: last.column },
  };
  const target = from === undefined && key.startsWith('Arrow') ? { row, column } : targets[key];
  return target === undefined || last.row < 0
    ? undefined
    : { row: Math.min(Math.max(target.row, 0), last.row), column: Math.min(Math.max(target.column, 0), last.column) };
}
