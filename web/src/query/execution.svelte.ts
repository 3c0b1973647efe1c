import { cancelQuery, newQueryId, type Outcome, type Result, runStatement } from './run';
import type { Statement } from './statements';

/** Statements that run in order, and their outcomes. Only the latest are shown. */
export class Execution {
  outcomes = $state.raw<Outcome[]>([]);
  /** Index of the outcome that is shown. */
  shown = $state(0);
  private running = $state.raw<{ id: string; request: AbortController } | undefined>();

  readonly busy = $derived(this.running !== undefined);
  readonly outcome = $derived<Outcome | undefined>(this.outcomes[this.shown]);
  readonly result = $derived<Result | undefined>(this.outcome?.kind === 'result' ? this.outcome.result : undefined);

  /**
   * Runs until one fails or is cancelled.
   *
   * @param limit maximum number of rows of each
   * @returns the last outcome, or undefined if other statements were run meanwhile
   */
  async run(statements: Statement[], limit: number): Promise<Outcome | undefined> {
    this.stop();
    const done: Outcome[] = [];
    for (const statement of statements) {
      const own = { id: newQueryId(), request: new AbortController() };
      this.running = own;
      const outcome = await runStatement(statement, limit, own.id, own.request.signal);
      if (this.running !== own) {
        return undefined;
      }
      done.push(outcome);
      this.outcomes = [...done];
      this.shown = done.length - 1;
      if (outcome.kind !== 'result') {
        break;
      }
    }
    this.running = undefined;
    return done.at(-1);
  }

  /** Drops what failed or was cancelled, since it says nothing of what is asked for next. Results stay until there are new ones. */
  forgetFailures(): void {
    if (this.outcomes.some(({ kind }) => kind !== 'result')) {
      this.outcomes = this.outcomes.filter(({ kind }) => kind === 'result');
      this.shown = Math.max(0, this.outcomes.length - 1);
    }
  }

  /** Cancels at once: aborts the request and cancels the query on the server. */
  stop(): void {
    if (this.running !== undefined) {
      cancelQuery(this.running.id);
      this.running.request.abort();
    }
  }
}
