import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Table } from '../api/http';

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
