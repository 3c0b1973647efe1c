import type { Problem, Rows } from '../api/http';
import { unionAll } from '../api/sql';
import type { Answered } from '../picture/answer.svelte';

/** Several answers with the same columns as one: their rows, as far as they are there. */
export class Together implements Answered {
  readonly busy = $derived.by(() => this.parts.some((part) => part.busy));
  /** Old rows beside new ones would be of another run: where some are new, only those. */
  private readonly there = $derived.by(() => {
    const done = this.parts.filter((part) => !part.busy);
    return (done.some(({ rows }) => rows !== undefined) ? done : this.parts).filter(({ rows }) => rows !== undefined);
  });
  readonly rows = $derived.by<Rows | undefined>(() => {
    const all = this.there.flatMap(({ rows }) => (rows === undefined ? [] : [rows]));
    const [first] = all;
    return first && { ...first, rows: all.flatMap(({ rows }) => rows), rowCount: all.reduce((sum, { rowCount }) => sum + rowCount, 0), truncated: all.some(({ truncated }) => truncated) };
  });
  /** Where there are rows, the others are worth to be seen. */
  readonly problem = $derived.by<Problem | undefined>(() => (this.rows === undefined ? this.parts.find(({ problem }) => problem !== undefined)?.problem : undefined));
  readonly sql = $derived.by(() => (this.there.length === 0 ? '' : unionAll(this.there.map(({ sql }) => sql))));

  constructor(private readonly parts: readonly Answered[]) {}
}
