import { listen } from '../api/events';
import { type Health, readHealth, readSchema, runQuery, type Table } from '../api/http';
import { numbers, texts, values } from '../api/rows';
import { readRuns, type ServedRun } from '../api/runs';
import { literal } from '../api/sql';
import { apply, type Appearance, storedAppearance } from './appearance';
import { decodePlace, encodePlace, type Place, type Scope, type Screen } from './place';

export interface Run {
  id: number;
  name: string;
  model: string;
  task: string;
  questions: number;
  layers: number;
  experts: number;
  topK: number;
  /** Tokens that the run recorded. */
  scope: Scope;
  shots: number;
  status: string;
  startedAt: string;
  finishedAt: string;
  precision: string;
  device: string;
}

const RUNS = `SELECT run_id, name, model, task, questions, layers, experts, top_k, scope, shots, status, started_at, finished_at, precision_plan, device
FROM runs
ORDER BY run_id`;

const MOST_RUNS = 10_000;
/** A run commits shards faster than anyone looks: pictures are drawn anew no more often than this. */
const BETWEEN_REFRESHES_MS = 2000;
const LARGE = '(min-width: 1900px)';
const DARK = '(prefers-color-scheme: dark)';

/** What the whole console shares: where the reader is, and what the file holds. One for the page. */
export class Session {
  place = $state<Place>(decodePlace(location.hash));
  health = $state.raw<Health | undefined>();
  runs = $state.raw<Run[]>([]);
  /** Runs as the server knows them, with those that wait or are under way. */
  served = $state.raw<ServedRun[]>([]);
  subjects = $state.raw<string[]>([]);
  /** Of the run's quiz: what to show where no question was chosen. */
  firstQuestion = $state(1);
  tables = $state.raw<Table[]>([]);
  loaded = $state(false);
  failure = $state('');
  /** Grows when the file has more than before; what shows data asks again then. */
  revision = $state(0);
  appearance = $state<Appearance>(storedAppearance());
  /** Whether there is room for larger rows. */
  large = $state(matchMedia(LARGE).matches);
  private systemDark = $state(matchMedia(DARK).matches);
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  /** The SQL to run unasked because this page made it, not a link. */
  private ownSql: string | undefined;

  /** What is shown where the address names no run: the latest when the page opened, which a newer one does not push aside. */
  private latest = $state<number | undefined>();

  readonly run = $derived(this.runs.find((run) => run.id === (this.place.run ?? this.latest)) ?? this.runs.at(-1));
  readonly scope = $derived<Scope>(this.run?.scope === 'last_prompt' ? 'last_prompt' : (this.place.scope ?? 'last_prompt'));
  readonly subject = $derived(this.subjects.find((subject) => subject === this.place.subject));
  readonly dark = $derived(this.appearance === 'dark' || (this.appearance === 'system' && this.systemDark));

  constructor() {
    matchMedia(DARK).addEventListener('change', (event) => (this.systemDark = event.matches));
    matchMedia(LARGE).addEventListener('change', (event) => (this.large = event.matches));
    addEventListener('popstate', () => (this.place = decodePlace(location.hash)));
    $effect.root(() => {
      $effect(() => apply(this.appearance));
      $effect(() => {
        const task = this.run?.task;
        if (task !== undefined) {
          void this.readSubjects(task);
        }
      });
    });
  }

  async load(): Promise<void> {
    void readHealth().then((health) => (this.health = health), () => undefined);
    void readSchema().then((tables) => (this.tables = tables), () => undefined);
    await this.readRuns();
    this.loaded = true;
    // After the first pictures: a listener takes one of the six connections that a browser has.
    void this.readServed().catch(() => undefined);
    listen({ run: (run) => this.noteRun(run), changed: () => this.refreshSoon() });
  }

  async readServed(): Promise<void> {
    this.served = await readRuns();
  }

  /** Reads anew what the file holds; what is shown stays until the new is there. */
  async refresh(): Promise<void> {
    await Promise.all([this.readRuns(), this.readServed(), readHealth().then((health) => (this.health = health))]);
    this.revision++;
  }

  private refreshSoon(): void {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      void this.refresh().catch(() => undefined);
    }, BETWEEN_REFRESHES_MS);
  }

  private noteRun(run: ServedRun): void {
    const known = this.served.some((other) => other.name === run.name);
    this.served = known ? this.served.map((other) => (other.name === run.name ? run : other)) : [...this.served, run];
  }

  async readRuns(): Promise<void> {
    const outcome = await runQuery(RUNS, new AbortController().signal, MOST_RUNS);
    if (outcome.kind !== 'rows') {
      this.failure = outcome.kind === 'problem' ? outcome.problem.detail : '';
      return;
    }
    this.failure = '';
    const rows = outcome.rows;
    const number = (name: string) => numbers(rows, name);
    const text = (name: string) => texts(rows, name);
    const [ids, questions, layers, experts, topK, shots] = ['run_id', 'questions', 'layers', 'experts', 'top_k', 'shots'].map(number);
    const [name, model, task, status, started, finished, precision, device] =
      ['name', 'model', 'task', 'status', 'started_at', 'finished_at', 'precision_plan', 'device'].map(text);
    const scope = values(rows, 'scope');
    this.runs = (ids ?? []).map((id, index) => ({
      id,
      name: name?.[index] ?? '',
      model: model?.[index] ?? '',
      task: task?.[index] ?? '',
      questions: questions?.[index] ?? 0,
      layers: layers?.[index] ?? 0,
      experts: experts?.[index] ?? 0,
      topK: topK?.[index] ?? 0,
      scope: scope[index] === 'prompt' ? 'prompt' : 'last_prompt',
      shots: shots?.[index] ?? 0,
      status: status?.[index] ?? '',
      startedAt: started?.[index] ?? '',
      finishedAt: finished?.[index] ?? '',
      precision: precision?.[index] ?? '',
      device: device?.[index] ?? '',
    }));
    this.latest ??= this.runs.at(-1)?.id;
  }

  /** A place that Back returns from. */
  go(screen: Screen, changes: Partial<Place> = {}): void {
    this.place = { ...this.place, ...changes, screen };
    const fragment = encodePlace(this.place);
    if (fragment !== location.hash) {
      history.pushState(null, '', fragment);
    }
  }

  /** A small change, such as a selection: kept in the address, but not worth a step of Back. */
  adjust(changes: Partial<Place>): void {
    this.place = { ...this.place, ...changes };
    history.replaceState(null, '', encodePlace(this.place));
  }

  /** The address of a screen that keeps what is looked at. */
  linkTo(screen: Screen): string {
    return encodePlace({ ...this.place, screen });
  }

  /** Opens the query screen with a statement of the console's own, which runs at once. */
  openSql(sql: string): void {
    this.ownSql = sql;
    this.go('query', { sql });
  }

  /** Whether the statement may run unasked; true once. A link must not make a server work before its reader agrees. */
  takeOwnSql(sql: string | undefined): boolean {
    const own = sql !== undefined && this.ownSql === sql;
    this.ownSql = undefined;
    return own;
  }

  private async readSubjects(task: string): Promise<void> {
    const sql = `SELECT subject, MIN(question_id) AS first_question FROM questions WHERE task = ${literal(task)} GROUP BY subject ORDER BY subject`;
    const outcome = await runQuery(sql, new AbortController().signal, MOST_RUNS);
    if (outcome.kind === 'rows') {
      this.subjects = texts(outcome.rows, 'subject');
      this.firstQuestion = numbers(outcome.rows, 'first_question').reduce((first, id) => Math.min(first, id), Infinity);
    }
  }
}
