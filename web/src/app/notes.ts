import type { Rows } from '../api/http';
import { type Grid, numbers, texts, values } from '../api/rows';
import { select } from '../api/sql';

/** A note on an expert of the run that is shown. */
export interface ExpertNote {
  id: number;
  layer: number;
  expert: number;
  label: string;
  text: string;
  /** Whether it is about all runs of the checkpoint. */
  ofModel: boolean;
}

export function notesSql(run: number): string {
  return select('note_id, layer, expert, label, text, of_model', 'expert_notes', [`run_id = ${run}`], 'layer, expert, note_id');
}

export function notesOf(rows: Rows): ExpertNote[] {
  const [id, layer, expert] = ['note_id', 'layer', 'expert'].map((name) => numbers(rows, name)) as [number[], number[], number[]];
  const [label, text, ofModel] = [texts(rows, 'label'), texts(rows, 'text'), values(rows, 'of_model')];
  return id.map((number, index) => ({
    id: number,
    layer: layer[index] as number,
    expert: expert[index] as number,
    label: label[index] as string,
    text: text[index] as string,
    ofModel: ofModel[index] === true,
  }));
}

export function notesOn(notes: ExpertNote[], layer: number, expert: number): ExpertNote[] {
  return notes.filter((note) => note.layer === layer && note.expert === expert);
}

/** The labels of the notes on an expert, in one line; empty without notes. */
export function labelsOf(notes: ExpertNote[], layer: number, expert: number): string {
  return notesOn(notes, layer, expert)
    .map(({ label }) => label)
    .join('; ');
}

/** The cells of a matrix of layers by experts that have notes, each once. */
export function markedCells(notes: ExpertNote[], layers: number[]): { row: number; column: number }[] {
  return notes
    .map(({ layer, expert }) => ({ row: layers.indexOf(layer), column: expert }))
    .filter(({ row, column }, index, all) => row >= 0 && all.findIndex((other) => other.row === row && other.column === column) === index);
}

/** A line for each of the experts of a layer that has notes, such as "expert 3: commas". */
export function noteLines(notes: ExpertNote[], layer: number, ...experts: (number | undefined)[]): string[] {
  return [...new Set(experts)].flatMap((expert) => {
    const labels = expert === undefined ? '' : labelsOf(notes, layer, expert);
    return labels === '' ? [] : [`expert ${expert}: ${labels}`];
  });
}

const EXPERTS = ['expert', 'other_expert'];

/**
 * The labels of the expert that a cell of a table names; empty for other cells.
 *
 * @param layer of all rows, where the table has no column for it
 */
export function noteCells(notes: ExpertNote[], grid: Grid, layer?: number): (row: number, column: number) => string {
  const layers = grid.columns.findIndex(({ name }) => name === 'layer');
  return (row, column) => {
    if (!EXPERTS.includes(grid.columns[column]?.name ?? '')) {
      return '';
    }
    const at = layers < 0 ? layer : grid.value(row, layers);
    const expert = grid.value(row, column);
    return typeof at === 'number' && typeof expert === 'number' ? labelsOf(notes, at, expert) : '';
  };
}
