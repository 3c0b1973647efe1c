import type { ServedRun } from '../api/runs';
import { quizText, type Run, treatment } from '../app/runs';

/** Whether each word occurs in what the list says of a run: name, tags, note, model, quiz, status, and what was done to it. */
export function matches(words: string, run: ServedRun, stored: Run | undefined): boolean {
  const known = stored === undefined ? [] : [...stored.tags, stored.note, stored.model, quizText(stored), ...treatment(stored)];
  const text = [run.name, run.model ?? '', run.quiz ?? '', run.status, ...known].join('\n').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
