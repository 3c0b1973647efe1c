/** A text as SQL has it, whatever is in it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL has it, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Rows of a view or a table function. What a figure means is defined there: the console chooses columns and rows, and
 * computes nothing in SQL.
 *
 * @param where conditions that all hold; those that are false are left out
 */
export function select(columns: string, from: string, where: (string | false)[], orderBy: string): string {
  const conditions = where.filter((condition) => condition !== false);
  return [
    `SELECT ${columns}`,
    `FROM ${from}`,
    ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
    `ORDER BY ${orderBy}`,
  ].join('\n');
}

/** A call of a table function. */
export function call(name: string, ...values: (number | string)[]): string {
  return `${name}(${values.map((value) => (typeof value === 'number' ? value : literal(value))).join(', ')})`;
}

/** All rows of some statements with the same columns. */
export function unionAll(statements: string[]): string {
  return statements.length === 1 ? (statements[0] as string) : statements.map((statement) => `(\n${statement}\n)`).join('\nUNION ALL\n');
}
