import { send } from './http';

/** @param onlyThisRun whether the note is about this run instead of all runs of its checkpoint */
export async function writeNote(run: string, layer: number, expert: number, label: string, text: string, onlyThisRun: boolean): Promise<void> {
  await send('POST', 'v1/notes', { run, layer, expert, label, text, onlyThisRun });
}

export async function changeNote(id: number, label: string, text: string): Promise<void> {
  await send('PUT', `v1/notes/${id}`, { label, text });
}

export async function deleteNote(id: number): Promise<void> {
  await send('DELETE', `v1/notes/${id}`);
}
