import type { Values } from '../app/place';

/** One statement of a text, with its offsets, without semicolons and surrounding blanks. */
export interface Statement {
  from: number;
  to: number;
  text: string;
  /** The values of its parameters, once it is run. */
  values?: Values;
}

/** Strings, quoted names and comments may hold a semicolon that ends nothing. */
const TOKEN = /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;/g;

export function statementsOf(text: string): Statement[] {
  const found: Statement[] = [];
  let start = 0;
  const add = (end: number) => {
    const piece = text.slice(start, end);
    if (withoutComments(piece).trim() !== '') {
      const from = start + (piece.length - piece.trimStart().length);
      found.push({ from, to: from + piece.trim().length, text: piece.trim() });
    }
    start = end + 1;
  };
  for (const token of text.matchAll(TOKEN)) {
    if (token[0] === ';') {
      add(token.index);
    }
  }
  add(text.length);
  return found;
}

/** The statement that the cursor is in, or else the nearest before it, or else the first. */
export function statementAt(text: string, cursor: number): Statement | undefined {
  const all = statementsOf(text);
  return all.find((statement) => cursor >= statement.from && cursor <= statement.to) ?? all.filter(({ to }) => to < cursor).at(-1) ?? all[0];
}

export function withoutComments(text: string): string {
  return text.replace(TOKEN, (token) => (token.startsWith('--') || token.startsWith('/*') ? ' ' : token));
}
