/** The data and the layout of a matrix of coloured cells, without drawing. */

/** A cell without a value, and the one of an expert that never fired. */
export const ABSENT = NaN;
export const NEVER = -Infinity;

/** Room above the cells for the title of the columns and their labels. */
export const TOP = 38;
/** Room left of the labels of the rows for their title. */
export const ROW_TITLE = 20;

export interface Matrix {
  rows: string[];
  columns: string[];
  /** Row after row; ABSENT and NEVER have looks of their own. */
  values: Float64Array;
}

export interface Cell {
  row: number;
  column: number;
}

/** Sizes in CSS pixels. */
export interface Layout {
  left: number;
  top: number;
  cellWidth: number;
  cellHeight: number;
  width: number;
  height: number;
}

export function emptyMatrix(rows: string[], columns: string[]): Matrix {
  return { rows, columns, values: new Float64Array(rows.length * columns.length).fill(ABSENT) };
}

export function valueAt(matrix: Matrix, cell: Cell): number {
  return matrix.values[cell.row * matrix.columns.length + cell.column] ?? ABSENT;
}

export function layOut(matrix: Matrix, width: number, left: number, top: number, cellHeight: number): Layout {
  const columns = Math.max(matrix.columns.length, 1);
  const cellWidth = Math.max((width - left) / columns, 1);
  return {
    left,
    top,
    cellWidth,
    cellHeight,
    width: left + cellWidth * columns,
    height: top + cellHeight * matrix.rows.length,
  };
}

/** The cell under a point of the picture, if there is one. */
export function cellAt(matrix: Matrix, layout: Layout, x: number, y: number): Cell | undefined {
  const column = Math.floor((x - layout.left) / layout.cellWidth);
  const row = Math.floor((y - layout.top) / layout.cellHeight);
  return inside(matrix, { row, column }) ? { row, column } : undefined;
}

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-8, 0],
  PageDown: [8, 0],
};

/** Where a key moves the cursor, or undefined for keys that do not. */
export function moved(matrix: Matrix, from: Cell, key: string): Cell | undefined {
  const last = { row: matrix.rows.length - 1, column: matrix.columns.length - 1 };
  if (key === 'Home') {
    return { row: from.row, column: 0 };
  }
  if (key === 'End') {
    return { row: from.row, column: last.column };
  }
  const step = STEPS[key];
  return step === undefined
    ? undefined
    : {
        row: Math.min(Math.max(from.row + step[0], 0), last.row),
        column: Math.min(Math.max(from.column + step[1], 0), last.column),
      };
}

/** The longest subject of MMLU has 35 letters. */
const LONGEST_LABEL = 36;

/** The label of a row: its name, cut if it would take the room of the cells. */
export function labelOf(name: string): string {
  return name.length <= LONGEST_LABEL ? name : `${name.slice(0, LONGEST_LABEL - 1)}…`;
}

/** Indices of the labels that fit, every 1st, 2nd, 5th, 10th and so on. */
export function ticks(count: number, cellSize: number, labelSize: number): number[] {
  let step = 1;
  for (let factor = 0; step * cellSize < labelSize; factor++) {
    step = [1, 2, 5][factor % 3]! * 10 ** Math.floor(factor / 3);
  }
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

/** Height of rows that fill a picture of about the height, neither hairlines nor slabs. */
export function rowHeight(rows: number, wanted: number, least = 3, most = 40): number {
  return Math.min(Math.max(Math.floor(wanted / Math.max(rows, 1)), least), most);
}

function inside(matrix: Matrix, cell: Cell): boolean {
  return cell.row >= 0 && cell.column >= 0 && cell.row < matrix.rows.length && cell.column < matrix.columns.length;
}
