import { untrack } from 'svelte';
import { listen } from '../api/events';
import { EMPTY_SCHEMA, type Health, type Outcome, readHealth, readSchema, runQuery, type Schema } from '../api/http';
import { numbers, texts } from '../api/rows';
import { readRuns, type ServedRun } from '../api/runs';
import { literal, select } from '../api/sql';
import { apply, type Appearance, storedAppearance } from './appearance';
import { type ModelLayer, layersOf } from './layers';
import { type ExpertNote, notesOf, notesSql } from './notes';
import { decodePlace, encodePlace, type Place, type Scope, type Screen } from './place';
import { ANSWERED, decodedScope, firstChoice, GENERATED, type Run, RUNS, runsOf, scopeOf } from './runs';

const LAYERS = select('run_id, layer, experts, top_k, coalesce(expert_bytes, 0) AS expert_bytes', 'layers', ['experts > 0'], 'run_id DESC, layer');

const MOST_RUNS = 10_000;
const MOST_NOTES = 10_000;
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
  /** The run that they are of. */
  private subjectsOf = $state.raw<number | undefined>();
  /** The notes on experts of the run. */
  notes = $state.raw<ExpertNote[]>([]);
  /** First question of the run, shown where none was chosen. */
  firstQuestion = $state(1);
  schema = $state.raw<Schema>(EMPTY_SCHEMA);
  loaded = $state(false);
  failure = $state('');
  /** Increases when the file has new rows; pictures are then queried again. */
  revision = $state(0);
  appearance = $state<Appearance>(storedAppearance());
  /** Whether pictures are drawn as for paper, which is light. */
  printing = $state(false);
  /** Whether there is room for larger rows. */
  large = $state(matchMedia(LARGE).matches);
  /** Height of the window, so that a picture fills it without growing beyond. */
  windowHeight = $state(innerHeight);
  private systemDark = $state(matchMedia(DARK).matches);
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  /** The SQL that runs without confirmation because this page made it, not a link. */
  private ownSql: string | undefined;

  /** The run that was looked at last: an address that names none is completed by it. */
  private lastRun: number | undefined;

  private layersByRun = $state.raw(new Map<number, ModelLayer[]>());

  /** The run that the address names; undefined where the file does not have it. */
  readonly run = $derived(this.runs.find((run) => run.id === this.place.run));
  /** The run that the address names and the file does not have. */
  readonly missingRun = $derived(this.loaded && this.run === undefined ? this.place.run : undefined);
  private readonly runId = $derived(this.run?.id);
  private readonly answeredSubjects = $derived(this.run?.subjects ?? 0);
  /** The layers with experts of the run's model. */
  readonly layers = $derived(this.layersOf(this.runId));
  readonly scope = $derived<Scope>(scopeOf(this.run, this.place.scope ?? (this.place.screen === 'serve' ? decodedScope(this.run) : undefined)));
  readonly subject = $derived(this.subjects.find((subject) => subject === this.place.subject));
  /** The subject of the address, if the run does not have it. */
  readonly missingSubject = $derived(this.subjectsOf === this.runId && this.subject === undefined ? this.place.subject : undefined);
  readonly dark = $derived(!this.printing && (this.appearance === 'dark' || (this.appearance === 'system' && this.systemDark)));

  constructor() {
    matchMedia(DARK).addEventListener('change', (event) => (this.systemDark = event.matches));
    matchMedia(LARGE).addEventListener('change', (event) => (this.large = event.matches));
    addEventListener('resize', () => (this.windowHeight = innerHeight));
    addEventListener('popstate', () => {
      this.place = decodePlace(location.hash);
      this.nameRun();
    });
    $effect.root(() => {
      $effect(() => apply(this.appearance));
      $effect(() => {
        void [this.runId, this.revision];
        void untrack(() => this.readNotes());
      });
      $effect(() => {
        if (this.runId !== undefined) {
          this.lastRun = this.runId;
          // A run in progress comes to further subjects.
          void this.answeredSubjects;
          const run = untrack(() => this.run);
          if (run !== undefined) {
            void this.readSubjects(run);
          }
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
    const [outcome, layers, answered, generated] = await Promise.all([
      ask(RUNS, MOST_RUNS),
      ask(LAYERS, MOST_LAYERS),
      ask(ANSWERED, MOST_RUNS),
      ask(GENERATED, MOST_LAYERS),
    ]);
    if (outcome.kind !== 'rows' || layers.kind !== 'rows' || answered.kind !== 'rows' || generated.kind !== 'rows') {
      const failed = [outcome, layers, answered, generated].find(({ kind }) => kind === 'problem');
      this.failure = failed?.kind === 'problem' ? failed.problem.detail : '';
      return;
    }
    this.failure = '';
    this.layersByRun = layersOf(layers.rows);
    this.runs = runsOf(outcome.rows, answered.rows, generated.rows);
    this.nameRun();
  }

  /** The address always names the run, so that a link shows the same one when there are more. */
  private nameRun(): void {
    const run = this.place.run === undefined ? (this.runs.find(({ id }) => id === this.lastRun) ?? firstChoice(this.runs)) : undefined;
    if (run !== undefined) {
      this.adjust({ run: run.id });
    }
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
    this.go('query', { sql, values: {} });
  }

  /** Whether the statement may run without confirmation; true once. A link must not make a server work before its reader agrees. */
  takeOwnSql(sql: string | undefined): boolean {
    const own = sql !== undefined && this.ownSql === sql;
    this.ownSql = undefined;
    return own;
  }

  async readNotes(): Promise<void> {
    const run = this.runId;
    const outcome = run === undefined ? undefined : await ask(notesSql(run), MOST_NOTES);
    if (run === this.runId) {
      this.notes = outcome?.kind === 'rows' ? notesOf(outcome.rows) : [];
    }
  }

  private async readSubjects(run: Run): Promise<void> {
    const of = run.answered > 0 ? `run_id = ${run.id}` : `quiz = ${literal(run.quiz)}`;
    const [subjects, first] = await Promise.all([
      ask(select('subject, n', 'subject_accuracy', [`run_id = ${run.id}`], 'subject'), MOST_RUNS),
      ask(select('question_id', run.answered > 0 ? 'question_answers' : 'questions', [of], 'question_id'), 1),
    ]);
    if (subjects.kind === 'rows' && first.kind === 'rows' && run.id === this.runId) {
      const n = numbers(subjects.rows, 'n');
      // Of a run with answers, the subjects that have some; imports may name no subject at all.
      this.subjects = texts(subjects.rows, 'subject').filter((subject, index) => subject !== '' && (run.answered === 0 || (n[index] ?? 0) > 0));
      this.subjectsOf = run.id;
      this.firstQuestion = numbers(first.rows, 'question_id')[0] ?? 1;
    }
  }
}

function ask(sql: string, most: number): Promise<Outcome> {
  return runQuery(sql, new AbortController().signal, most);
}
