/** A text as SQL has it, whatever is in it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL has it, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Lines of a statement without those that are empty, so that parts may be left out. */
export function statement(...lines: (string | false | undefined)[]): string {
  return lines.filter((line) => line !== false && line !== undefined && line !== '').join('\n');
}
