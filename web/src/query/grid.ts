import { tableFromIPC } from '@uwdata/flechette';
import { exact, isNumeric } from '../api/format';
import type { Column, Value } from '../api/http';
import type { Grid } from '../api/rows';

/** A block of cells, all ends inclusive. */
export interface Block {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** A grid over an Arrow stream, decoded cell by cell when asked. */
export function gridOfArrow(bytes: Uint8Array): Grid {
  const table = tableFromIPC(bytes, { useBigInt: true, useDate: false });
  const vectors = table.children;
  return {
    columns: table.schema.fields.map((field) => ({ name: field.name, type: typeName(field) })),
    rowCount: table.numRows,
    value: (row, column) => plain(vectors[column]?.at(row)),
  };
}

/** Sizes of a table that draws only some of its rows, in CSS pixels. */
export interface Sizes {
  rows: number;
  rowHeight: number;
  headHeight: number;
  clientHeight: number;
  scrollHeight: number;
}

/**
 * Where to scroll to see a row whole, as the first or the last one. The scroll bar goes over the rows in proportion, since
 * there is a limit to the height that it can go over; regular-table takes the header for as high as a row.
 */
export function scrollTopOf(row: number, place: 'first' | 'last', { rows, rowHeight, headHeight, clientHeight, scrollHeight }: Sizes): number {
  const whole = Math.max(1, Math.floor((clientHeight - headHeight) / rowHeight));
  const first = Math.max(0, place === 'first' ? row : row - whole + 1);
  const most = Math.max(1, rows - (clientHeight / rowHeight - 1));
  const pixels = Math.min(1, first / most) * Math.max(0, scrollHeight - clientHeight);
  return place === 'first' ? Math.floor(pixels) : Math.ceil(pixels);
}

/** The block with tabs between cells; tabs and line breaks within cells become blanks. */
export function tabSeparated(grid: Grid, block: Block, header: boolean): string {
  return lines(grid, block, header, (text) => text.replace(/[\t\r\n]+/g, ' '), (cells) => cells.join('\t'));
}

export function markdown(grid: Grid, block: Block): string {
  const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replace(/\r?\n/g, '<br>');
  const body = lines(grid, block, true, escape, (cells) => `| ${cells.join(' | ')} |`).split('\n');
  const rule = columnsOf(grid, block).map((column) => (isNumeric(column.type) ? '---:' : '---'));
  body.splice(1, 0, `| ${rule.join(' | ')} |`);
  return body.join('\n');
}

export function whole(grid: Grid, rows = grid.rowCount): Block {
  return { top: 0, left: 0, bottom: Math.min(grid.rowCount, rows) - 1, right: grid.columns.length - 1 };
}

function lines(grid: Grid, block: Block, header: boolean, escape: (text: string) => string, join: (cells: string[]) => string): string {
  const all: string[] = [];
  if (header) {
    all.push(join(columnsOf(grid, block).map((column) => escape(column.name))));
  }
  for (let row = block.top; row <= block.bottom; row++) {
    const cells: string[] = [];
    for (let column = block.left; column <= block.right; column++) {
      const value = grid.value(row, column);
      cells.push(value === null ? '' : escape(exact(value)));
    }
    all.push(join(cells));
  }
  return all.join('\n');
}

function columnsOf(grid: Grid, block: Block): Column[] {
  return grid.columns.slice(block.left, block.right + 1);
}

/** An Arrow value as in the server's JSON: numbers that a double cannot hold exactly are texts. */
function plain(value: unknown): Value {
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : String(value);
  }
  if (typeof value === 'string' || typeof value === 'boolean') {
    return value;
  }
  if (value instanceof Date) {
    return value.toISOString().replace('Z', '');
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return [...(value as Iterable<unknown>)].map(plain);
  }
  return String(value);
}

interface FieldLike {
  type: { typeId: number; bitWidth?: number; signed?: boolean; precision?: number; scale?: number; children?: FieldLike[] | null };
}

/** Arrow's type ids (format/Schema.fbs) as SQL calls them. */
function typeName(field: FieldLike): string {
  const type = field.type;
  switch (type.typeId) {
    case 2:
      return { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' }[type.bitWidth ?? 32] ?? 'INTEGER';
    case 3:
      return type.precision === 2 ? 'DOUBLE' : 'FLOAT';
    case 5:
    case 20:
    case 24:
      return 'VARCHAR';
    case 6:
      return 'BOOLEAN';
    case 7:
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 8:
      return 'DATE';
    case 10:
      return 'TIMESTAMP';
    case 12:
    case 21:
      return `${type.children?.[0] === undefined ? 'VARCHAR' : typeName(type.children[0])}[]`;
    default:
      return 'VARCHAR';
  }
}
