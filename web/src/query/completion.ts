import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { send, type Table } from '../api/http';
import { statementAt } from './statements';

/**
 * Tables that a statement names, in the order of the schema. A word inside a string or a comment counts too: better one
 * completion too many than a parser here.
 */
export function tablesNamedIn(sql: string, tables: Table[]): Table[] {
  const words = new Set((sql.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []).map((word) => word.toLowerCase()));
  return tables.filter((table) => words.has(table.name.toLowerCase()));
}

/** Columns of the tables, each name once; `detail` tells the type, or the tables where it is in several. */
export function columnCompletions(tables: Table[]): Completion[] {
  const owners = new Map<string, { type: string; comment: string; tables: string[] }>();
  for (const table of tables) {
    for (const column of table.columns) {
      const known = owners.get(column.name);
      if (known === undefined) {
        owners.set(column.name, { type: column.type, comment: column.comment, tables: [table.name] });
      } else {
        known.tables.push(table.name);
      }
    }
  }
  return [...owners].map(([label, column]) => ({
    label,
    type: 'property',
    detail: column.type,
    ...(column.comment === '' ? {} : { info: column.comment }),
    boost: 2,
  }));
}

/**
 * Completes bare column names, which the SQL language package does not: it knows columns only behind a table's name and
 * a dot.
 */
export function bareColumns(tables: () => Table[]): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*/);
    if (word === null && !context.explicit) {
      return null;
    }
    const from = word?.from ?? context.pos;
    if (from > 0 && context.state.sliceDoc(from - 1, from) === '.') {
      return null;
    }
    const options = columnCompletions(tablesNamedIn(context.state.doc.toString(), tables()));
    return options.length === 0 ? null : { from, options, validFor: /^\w*$/ };
  };
}

/** What the server suggests in place of a part of the text. */
interface Suggestion {
  text: string;
  kind: string;
  detail: string;
  from: number;
}

const KINDS: Record<string, string> = { column: 'property', relation: 'class', table: 'class', view: 'class', function: 'function', keyword: 'keyword' };

/** Completion by the server, which knows functions, aliases and the columns of subqueries. */
export async function serverCompletions(context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*/);
  const afterDot = context.pos > 0 && context.state.sliceDoc(context.pos - 1, context.pos) === '.';
  if (word === null && !context.explicit && !afterDot) {
    return null;
  }
  const text = context.state.doc.toString();
  const statement = statementAt(text, context.pos);
  const from = statement === undefined || context.pos < statement.from || context.pos > statement.to ? 0 : statement.from;
  const request = new AbortController();
  context.addEventListener('abort', () => request.abort());
  try {
    const body = { sql: from === 0 ? text : (statement?.text ?? ''), offset: context.pos - from };
    const response = await send('POST', 'v1/complete', body, request.signal);
    const { suggestions } = (await response.json()) as { suggestions: Suggestion[] };
    const [first] = suggestions;
    return first === undefined
      ? null
      : {
          from: from + first.from,
          options: suggestions.map((suggestion) => ({ label: suggestion.text, type: KINDS[suggestion.kind] ?? 'text', detail: suggestion.detail })),
          validFor: /^\w*$/,
        };
  } catch {
    return null;
  }
}
