import type { Position } from '../api/http';

/** Offsets into a text, the end exclusive. */
export interface Range {
  from: number;
  to: number;
}

/**
 * Offsets of a server's position in the text that was sent, which has \n between lines. The range holds at least one
 * character wherever the text has one, so that a mark is always visible, and never reaches outside the text.
 */
export function rangeOf(text: string, position: Position): Range {
  const from = Math.min(offsetOf(text, position.line, position.column), Math.max(text.length - 1, 0));
  const end = offsetOf(text, position.endLine, position.endColumn) + 1;
  return { from, to: Math.min(Math.max(end, from + 1), text.length) };
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let current = 1; current < line; current++) {
    const newline = text.indexOf('\n', start);
    if (newline < 0) {
      return text.length;
    }
    start = newline + 1;
  }
  return Math.min(start + column - 1, text.length);
}
