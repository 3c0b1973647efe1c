import { listen } from '../api/events';
import { EMPTY_SCHEMA, type Health, type Outcome, readHealth, readSchema, runQuery, type Schema } from '../api/http';
import { numbers, texts, values } from '../api/rows';
import { readRuns, type ServedRun } from '../api/runs';
import { select } from '../api/sql';
import { apply, type Appearance, storedAppearance } from './appearance';
import { type ModelLayer, layersOf } from './layers';
import { decodePlace, encodePlace, type Place, type Scope, type Screen } from './place';

export interface Run {
  id: number;
  name: string;
  model: string;
  task: string;
  questions: number;
  /** Tokens that the run recorded. */
  scope: Scope;
  shots: number;
  status: string;
  startedAt: string;
  finishedAt: string;
  precision: string;
  device: string;
}

const RUNS = select('run_id, name, model, task, questions, scope, shots, status, started_at, finished_at, precision_plan, device', 'runs', [], 'run_id');
const LAYERS = select('run_id, layer, experts, top_k', 'layers', ['experts > 0'], 'run_id DESC, layer');

const MOST_RUNS = 10_000;
const MOST_LAYERS = 200_000;
/** A run commits shards faster than a reader can follow: pictures are redrawn no more often than this. */
const BETWEEN_REFRESHES_MS = 2000;
const LARGE = '(min-width: 1900px)';
const DARK = '(prefers-color-scheme: dark)';

/** The state that the whole console shares: what the reader looks at, and what the file contains. One for the page. */
export class Session {
  place = $state<Place>(decodePlace(location.hash));
  health = $state.raw<Health | undefined>();
  runs = $state.raw<Run[]>([]);
  /** Runs as the server knows them, including those that wait or are in progress. */
  served = $state.raw<ServedRun[]>([]);
  subjects = $state.raw<string[]>([]);
  /** First question of the run, shown where none was chosen. */
  firstQuestion = $state(1);
  schema = $state.raw<Schema>(EMPTY_SCHEMA);
  loaded = $state(false);
  failure = $state('');
  /** Increases when the file has new rows; pictures are then queried again. */
  revision = $state(0);
  appearance = $state<Appearance>(storedAppearance());
  /** Whether there is room for larger rows. */
  large = $state(matchMedia(LARGE).matches);
  private systemDark = $state(matchMedia(DARK).matches);
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  /** The SQL that runs without confirmation because this page made it, not a link. */
  private ownSql: string | undefined;

  /** The run that is shown where the address names none: the latest when the page opened. A newer one does not replace it. */
  private latest = $state<number | undefined>();

  private layersByRun = $state.raw(new Map<number, ModelLayer[]>());

  readonly run = $derived(this.runs.find((run) => run.id === (this.place.run ?? this.latest)) ?? this.runs.at(-1));
  private readonly runId = $derived(this.run?.id);
  /** The layers with experts of the run's model. */
  readonly layers = $derived(this.layersOf(this.runId));
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
        if (this.runId !== undefined) {
          void this.readSubjects(this.runId);
        }
      });
    });
  }

  async load(): Promise<void> {
    void readHealth().then((health) => (this.health = health), () => undefined);
    void readSchema().then((schema) => (this.schema = schema), () => undefined);
    await this.readRuns();
    this.loaded = true;
    // After the first pictures: the event stream takes one of the browser's six connections.
    void this.readServed().catch(() => undefined);
    listen({ run: (run) => this.noteRun(run), changed: () => this.refreshSoon() });
  }

  async readServed(): Promise<void> {
    this.served = await readRuns();
  }

  /** Reads the runs again; the old ones are shown until the new ones arrive. */
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
    const [outcome, layers] = await Promise.all([ask(RUNS, MOST_RUNS), ask(LAYERS, MOST_LAYERS)]);
    if (outcome.kind !== 'rows' || layers.kind !== 'rows') {
      const failed = [outcome, layers].find(({ kind }) => kind === 'problem');
      this.failure = failed?.kind === 'problem' ? failed.problem.detail : '';
      return;
    }
    this.failure = '';
    this.layersByRun = layersOf(layers.rows);
    const rows = outcome.rows;
    const number = (name: string) => numbers(rows, name);
    const text = (name: string) => texts(rows, name);
    const [ids, questions, shots] = ['run_id', 'questions', 'shots'].map(number);
    const [name, model, task, status, started, finished, precision, device] =
      ['name', 'model', 'task', 'status', 'started_at', 'finished_at', 'precision_plan', 'device'].map(text);
    const scope = values(rows, 'scope');
    this.runs = (ids ?? []).map((id, index) => ({
      id,
      name: name?.[index] ?? '',
      model: model?.[index] ?? '',
      task: task?.[index] ?? '',
      questions: questions?.[index] ?? 0,
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

  /** The layers with experts of a run's model. */
  layersOf(run: number | undefined): ModelLayer[] {
    return run === undefined ? [] : (this.layersByRun.get(run) ?? []);
  }

  /** Goes to a place; Back returns from it. */
  go(screen: Screen, changes: Partial<Place> = {}): void {
    this.place = { ...this.place, ...changes, screen };
    const fragment = encodePlace(this.place);
    if (fragment !== location.hash) {
      history.pushState(null, '', fragment);
    }
  }

  /** A small change, such as a selection: kept in the address, without a step of Back. */
  adjust(changes: Partial<Place>): void {
    this.place = { ...this.place, ...changes };
    history.replaceState(null, '', encodePlace(this.place));
  }

  /** The address of a screen with the same run, scope and selection. */
  linkTo(screen: Screen): string {
    return encodePlace({ ...this.place, screen });
  }

  /** Opens the query screen with a statement of the console, which runs at once. */
  openSql(sql: string): void {
    this.ownSql = sql;
    this.go('query', { sql });
  }

  /** Whether the statement may run without confirmation; true once. A link must not make a server work before its reader agrees. */
  takeOwnSql(sql: string | undefined): boolean {
    const own = sql !== undefined && this.ownSql === sql;
    this.ownSql = undefined;
    return own;
  }

  private async readSubjects(run: number): Promise<void> {
    const [subjects, first] = await Promise.all([
      ask(select('subject', 'subject_accuracy', [`run_id = ${run}`], 'subject'), MOST_RUNS),
      ask(select('question_id', 'question_answers', [`run_id = ${run}`], 'question_id'), 1),
    ]);
    if (subjects.kind === 'rows' && first.kind === 'rows' && run === this.runId) {
      this.subjects = texts(subjects.rows, 'subject');
      this.firstQuestion = numbers(first.rows, 'question_id')[0] ?? 1;
    }
  }
}

function ask(sql: string, most: number): Promise<Outcome> {
  return runQuery(sql, new AbortController().signal, most);
}
