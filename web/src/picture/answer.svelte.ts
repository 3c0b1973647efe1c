import { type Problem, runQuery, type Rows } from '../api/http';
import type { Values } from '../app/place';

const MOST_ROWS = 200_000;
/** Answers to keep, so that going back and forth between filters sends no query. */
const KEPT = 64;
const NO_VALUES = '{}';

/** Answers by their statement, for as long as the file has not grown. */
class Kept {
  private revision = 0;
  private readonly answers = new Map<string, Rows>();

  /** @param key of a statement and the values of its parameters */
  find(key: string, revision: number): Rows | undefined {
    if (revision !== this.revision) {
      this.revision = revision;
      this.answers.clear();
    }
    return this.answers.get(key);
  }

  keep(key: string, rows: Rows): void {
    this.answers.set(key, rows);
    if (this.answers.size > KEPT) {
      const [oldest] = this.answers.keys();
      this.answers.delete(oldest as string);
    }
  }
}

const kept = new Kept();

/** What a picture shows, of one statement or several. */
export interface Answered {
  readonly rows: Rows | undefined;
  readonly problem: Problem | undefined;
  readonly busy: boolean;
  /** The statement that `rows` answer. */
  readonly sql: string;
}

/**
 * The rows of a statement, queried again when the statement or the file changes. The old rows stay until the new ones
 * arrive, and go when there is no statement any more.
 */
export class Answer implements Answered {
  rows = $state.raw<Rows | undefined>();
  problem = $state.raw<Problem | undefined>();
  busy = $state(false);
  /** The statement that `rows` answer. */
  sql = $state.raw('');

  /**
   * Only while a component starts up.
   *
   * @param sql of the statement, or undefined for none yet
   * @param after the answers that come first: statements that take long must not take the place of each other
   * @param values of the parameters of the statement
   */
  constructor(sql: () => string | undefined, revision: () => number, after: readonly Answered[] = [], values: () => Values = () => ({})) {
    // The parts of the statement change more often than its text, such as with each selection.
    const statement = $derived(sql());
    const bound = $derived(JSON.stringify(values()));
    $effect(() => {
      const wanted = statement;
      const parameters = bound === NO_VALUES ? undefined : (JSON.parse(bound) as Values);
      const current = revision();
      if (wanted === undefined) {
        this.clear();
        return;
      }
      const key = JSON.stringify([wanted, parameters]);
      const known = kept.find(key, current);
      if (known !== undefined) {
        this.show(wanted, known);
        return;
      }
      this.busy = true;
      if (after.some(({ busy }) => busy)) {
        return;
      }
      const request = new AbortController();
      void runQuery(wanted, request.signal, MOST_ROWS, parameters).then((outcome) => {
        if (request.signal.aborted) {
          return;
        }
        this.busy = false;
        if (outcome.kind === 'rows') {
          kept.keep(key, outcome.rows);
          this.show(wanted, outcome.rows);
        } else if (outcome.kind === 'problem') {
          this.problem = outcome.problem;
          this.sql = wanted;
        }
      });
      return () => request.abort();
    });
  }

  private clear(): void {
    this.busy = false;
    this.problem = undefined;
    this.rows = undefined;
    this.sql = '';
  }

  private show(sql: string, rows: Rows): void {
    this.busy = false;
    this.problem = undefined;
    this.rows = rows;
    this.sql = sql;
  }
}
