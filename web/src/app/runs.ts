import { formatCount, formatShare } from '../api/format';
import type { Rows } from '../api/http';
import { numbers, texts, values } from '../api/rows';
import { select } from '../api/sql';
import type { Scope } from './place';

/** A run of the file: what it asked of whom, what was done to the model, and what was recorded. */
export interface Run {
  id: number;
  name: string;
  model: string;
  architecture: string;
  task: string;
  format: string;
  /** Questions that it is to answer. */
  questions: number;
  /** Questions whose answers are committed, and the correct ones among them; 0 for imports without answers. */
  answered: number;
  correct: number;
  /** Subjects of those questions. */
  subjects: number;
  /** Tokens that the run recorded. */
  scope: Scope;
  shots: number;
  status: string;
  startedAt: string;
  finishedAt: string;
  /** Formats that the weights are stored in, such as MXFP4, BF16; empty if nothing says it. */
  storage: string;
  precision: string;
  device: string;
  /** none, last_prompt or all. */
  probabilities: string;
  norms: boolean;
  /** Such as mask 0:3,0:5; scale 1:2=0.5; top-k 4; empty if nothing was changed. */
  interventions: string;
  /** gatehouse, or the kind of files that it was imported from. */
  source: string;
  step: number | undefined;
  version: string;
}

export const RUNS = select(
  'run_id, name, model, architecture, task, prompt_format, questions, scope, shots, status, started_at, finished_at, storage, precision_plan, device, probabilities, norms, interventions, source, step, gatehouse_version',
  'runs',
  [],
  'run_id',
);

/** Runs without answers have no row. */
export const ANSWERED = select('run_id, n, correct, subjects', 'run_accuracy', [], 'run_id');

export function runsOf(rows: Rows, answered: Rows): Run[] {
  const number = (name: string) => numbers(rows, name);
  const text = (name: string) => texts(rows, name);
  const [ids, questions, shots, steps] = ['run_id', 'questions', 'shots', 'step'].map(number) as [number[], number[], number[], number[]];
  const columns = Object.fromEntries(
    [
      'name', 'model', 'architecture', 'task', 'prompt_format', 'scope', 'status', 'started_at', 'finished_at', 'storage', 'precision_plan', 'device', 'probabilities',
      'interventions', 'source', 'gatehouse_version',
    ].map((name) => [name, text(name)]),
  );
  const norms = values(rows, 'norms');
  const at = new Map(numbers(answered, 'run_id').map((id, index) => [id, index]));
  const [n, correct, subjects] = ['n', 'correct', 'subjects'].map((name) => numbers(answered, name)) as [number[], number[], number[]];
  return ids.map((id, index) => {
    const of = (name: string) => columns[name]?.[index] ?? '';
    const counted = at.get(id) ?? -1;
    const step = steps[index];
    return {
      id,
      name: of('name'),
      model: of('model'),
      architecture: of('architecture'),
      task: of('task'),
      format: of('prompt_format'),
      questions: questions[index] ?? 0,
      answered: n[counted] ?? 0,
      correct: correct[counted] ?? 0,
      subjects: subjects[counted] ?? 0,
      scope: of('scope') === 'prompt' ? 'prompt' : 'last_prompt',
      shots: shots[index] ?? 0,
      status: of('status'),
      startedAt: of('started_at'),
      finishedAt: of('finished_at'),
      storage: of('storage'),
      precision: of('precision_plan'),
      device: of('device'),
      probabilities: of('probabilities'),
      norms: norms[index] === true,
      interventions: of('interventions'),
      source: of('source'),
      step: step === undefined || Number.isNaN(step) ? undefined : step,
      version: of('gatehouse_version'),
    };
  });
}

/** The run to open where nothing names one: the latest complete one, or else the latest. */
export function firstChoice(runs: Run[]): Run | undefined {
  return runs.findLast((run) => run.status === 'complete') ?? runs.at(-1);
}

export function isImported(run: Run): boolean {
  return run.source !== 'gatehouse';
}

/** Whether answers to some of its questions are missing. */
export function isPartial(run: Run): boolean {
  return run.status !== 'complete';
}

/** What the figures of a partial run cover, in a sentence; empty for others. */
export function partialText(run: Run): string {
  if (!isPartial(run)) {
    return '';
  }
  const state = run.status === 'running' ? 'is not finished' : run.status === 'failed' ? 'failed' : `was ${run.status}`;
  const of = `${formatCount(run.answered)} of ${formatCount(run.questions)} questions`;
  const covered = run.answered === 0 ? `${of} are answered` : `${of} are answered, of ${run.subjects} ${run.subjects === 1 ? 'subject' : 'subjects'}`;
  return `Run ${run.id} (${run.name}) ${state}: ${covered}. Its figures cover only these questions, which need not represent the quiz.`;
}

/** The parts of runs.interventions in words, such as "2 experts masked". */
export function interventionTexts(interventions: string): string[] {
  return interventions
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [kind, list = ''] = [part.split(' ')[0], part.split(' ')[1]];
      const count = list.split(',').length;
      const experts = `${formatCount(count)} ${count === 1 ? 'expert' : 'experts'}`;
      const named = count <= 3 ? ` (${list.replaceAll(',', ', ')})` : '';
      return kind === 'mask' ? `${experts} masked${named}` : kind === 'scale' ? `${experts} scaled${named}` : part;
    });
}

/** What distinguishes a run from a plain one, in short: interventions, precision, source, what it recorded. */
export function treatment(run: Run): string[] {
  return [
    ...(isImported(run) ? [`imported from ${run.source}`] : []),
    ...interventionTexts(run.interventions),
    ...(run.precision === '' || run.precision === 'exact' ? [] : [`${run.precision} precision`]),
    ...(run.step === undefined ? [] : [`step ${formatCount(run.step)}`]),
    ...(isImported(run) || run.scope === 'prompt' ? [] : ['last prompt token only']),
    ...(run.probabilities === 'none' || run.probabilities === '' ? [] : ['all probabilities']),
    ...(run.norms ? ['norms'] : []),
  ];
}

/** What was asked: "5-shot mmlu", "imported from vllm". */
export function taskText(run: Run): string {
  return isImported(run) ? `imported from ${run.source}` : `${run.shots}-shot ${run.task}`;
}

/** How many questions, or sequences where no quiz was asked. */
export function sizeText(run: Run): string {
  const unit = isImported(run) ? 'sequence' : 'question';
  const all = `${formatCount(run.questions)} ${unit}${run.questions === 1 ? '' : 's'}`;
  return isPartial(run) ? `${formatCount(run.answered)} of ${all}` : all;
}

/** A run in a list of runs. */
export function runText(run: Run): string {
  const parts = [run.model, sizeText(run), taskText(run), ...treatment(run).filter((part) => part !== taskText(run)), isPartial(run) ? run.status : ''];
  return `${run.id} · ${run.name} (${parts.filter((part) => part !== '').join(', ')})`;
}

/** A run in a legend. */
export function shortText(run: Run): string {
  return `${run.name} (run ${run.id})`;
}

/** Accuracy with its counts; empty without answers. */
export function accuracyText(run: Run): string {
  return run.answered === 0 ? '' : `${formatShare(run.correct / run.answered)} of ${formatCount(run.answered)}`;
}

/**
 * The run to compare with where nothing names one: the latest complete one of the same quiz, of the same shape and then
 * without interventions, if there is such a run.
 *
 * @param alike whether it has the layers and experts of the run
 */
export function counterpart(run: Run, others: Run[], alike: (other: Run) => boolean): Run | undefined {
  const preferences: ((other: Run) => boolean)[] = [
    (other) => other.task === run.task && alike(other) && other.status === 'complete' && other.interventions === '',
    (other) => other.task === run.task && alike(other) && other.status === 'complete',
    (other) => other.task === run.task && other.status === 'complete',
    (other) => other.task === run.task,
    alike,
    () => true,
  ];
  return preferences.map((preferred) => others.findLast(preferred)).find((found) => found !== undefined);
}

/** What distinguishes two runs, besides their figures. */
export function differences(run: Run, other: Run): { name: string; mine: string; theirs: string }[] {
  const facts = (of: Run): Record<string, string> => ({
    Model: of.model,
    Quiz: isImported(of) ? `imported from ${of.source}` : of.task,
    Shots: String(of.shots),
    'Prompt format': of.format,
    Questions: sizeText(of),
    Interventions: interventionTexts(of.interventions).join(', ') || 'none',
    Precision: of.precision,
    Device: of.device,
    'Tokens recorded': recordedText(of),
    Step: of.step === undefined ? '' : formatCount(of.step),
  });
  const [mine, theirs] = [facts(run), facts(other)];
  return Object.keys(mine)
    .filter((name) => mine[name] !== theirs[name])
    .map((name) => ({ name, mine: mine[name] || '–', theirs: theirs[name] || '–' }));
}

/** The tokens whose routing a run recorded. */
export function recordedText(run: Run): string {
  return run.scope === 'prompt' ? 'all prompt tokens' : 'last prompt token';
}
