import type { Rows } from '../api/http';
import { numbers, texts, values } from '../api/rows';
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
