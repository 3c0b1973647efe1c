import { formatCount, formatShare, formatUnits } from '../api/format';
import type { Rows, Value } from '../api/http';
import { lists, numbers, texts, values } from '../api/rows';
import { select } from '../api/sql';
import type { Scope } from './place';

/** A run of the file: what it asked of whom, what was done to the model, and what was recorded. */
export interface Run {
  id: number;
  name: string;
  model: string;
  /** Equal for checkpoints that are the same, whatever their folders are called; empty where it is not known. */
  fingerprint: string;
  architecture: string;
  /** Layers of the model, with experts or without. */
  layers: number;
  quiz: string;
  format: string;
  /** Questions that it is to answer. */
  questions: number;
  /** Questions whose answers are committed, and the correct ones among them; 0 for imports without answers. */
  answered: number;
  correct: number;
  /** Subjects of those questions. */
  subjects: number;
  /** Tokens that the run recorded. */
  recorded: Scope;
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
  /** Distances, in layers with experts, at which the choice from an earlier state was recorded. */
  lookahead: number[];
  /** Questions left out, and prompts with fewer solved examples, because they are longer than the context of the model. */
  skipped: number;
  shortened: number;
  /** Most tokens that it generates after each prompt; undefined if it generates none or an import does not say. */
  maxNewTokens: number | undefined;
  /** How they are chosen, such as greedy; empty without them. */
  sampling: string;
  /** Rule by which the answer is found in the generated text; empty if it is read from the logits. */
  answerRule: string;
  /** How that answer is compared with the correct one: exact or number. */
  answerMatch: string;
  /** Texts that end a generated text. */
  stop: string[];
  /** Whether the file has the routing of generated tokens. */
  generated: boolean;
  /** Such as mask 0:3,0:5; scale 1:2=0.5; top-k 4; empty if nothing was changed. */
  interventions: string;
  /** gatehouse, or the kind of files that it was imported from. */
  source: string;
  step: number | undefined;
  version: string;
  /** What people wrote about the run, and the words by which they sort runs. */
  note: string;
  tags: string[];
}

export const RUNS = select(
  'run_id, name, model, fingerprint, architecture, layers, quiz, prompt_format, questions, recorded, shots, status, started_at, finished_at, storage, precision, device, probabilities, norms, lookahead, interventions, source, step, gatehouse_version, skipped_questions, shortened_prompts, max_new_tokens, sampling, answer_rule, answer_match, stop, note, tags',
  'runs',
  [],
  'run_id',
);

/** Runs without answers have no row. */
export const ANSWERED = select('run_id, n, correct, subjects', 'run_accuracy', [], 'run_id');

/** Runs with the routing of generated tokens; layers repeat them. */
export const GENERATED = select('run_id', 'gate_entropy', ["scope = 'generated'"], 'run_id');

export function runsOf(rows: Rows, answered: Rows, generated: Rows): Run[] {
  const number = (name: string) => numbers(rows, name);
  const text = (name: string) => texts(rows, name);
  const [ids, questions, shots, steps, layers] = ['run_id', 'questions', 'shots', 'step', 'layers'].map(number) as [number[], number[], number[], number[], number[]];
  const columns = Object.fromEntries(
    [
      'name', 'model', 'fingerprint', 'architecture', 'quiz', 'prompt_format', 'recorded', 'status', 'started_at', 'finished_at', 'storage', 'precision', 'device', 'probabilities',
      'interventions', 'source', 'gatehouse_version', 'sampling', 'answer_rule', 'answer_match', 'note',
    ].map((name) => [name, text(name)]),
  );
  const [skipped, shortened, newTokens] = ['skipped_questions', 'shortened_prompts', 'max_new_tokens'].map(number) as [number[], number[], number[]];
  const [norms, stop, tags] = [values(rows, 'norms'), values(rows, 'stop'), values(rows, 'tags')];
  const lookahead = lists(rows, 'lookahead');
  const generating = new Set(numbers(generated, 'run_id'));
  const at = new Map(numbers(answered, 'run_id').map((id, index) => [id, index]));
  const [n, correct, subjects] = ['n', 'correct', 'subjects'].map((name) => numbers(answered, name)) as [number[], number[], number[]];
  return ids.map((id, index) => {
    const of = (name: string) => columns[name]?.[index] ?? '';
    const counted = at.get(id) ?? -1;
    const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? undefined : value);
    return {
      id,
      name: of('name'),
      model: of('model'),
      fingerprint: of('fingerprint'),
      architecture: of('architecture'),
      layers: layers[index] ?? 0,
      quiz: of('quiz'),
      format: of('prompt_format'),
      questions: questions[index] ?? 0,
      answered: n[counted] ?? 0,
      correct: correct[counted] ?? 0,
      subjects: subjects[counted] ?? 0,
      recorded: of('recorded') === 'prompt' ? 'prompt' : 'last_prompt',
      shots: shots[index] ?? 0,
      status: of('status'),
      startedAt: of('started_at'),
      finishedAt: of('finished_at'),
      storage: of('storage'),
      precision: of('precision'),
      device: of('device'),
      probabilities: of('probabilities'),
      norms: norms[index] === true,
      lookahead: lookahead[index] ?? [],
      skipped: skipped[index] ?? 0,
      shortened: shortened[index] ?? 0,
      maxNewTokens: known(newTokens[index]),
      sampling: of('sampling'),
      answerRule: of('answer_rule'),
      answerMatch: of('answer_match'),
      stop: words(stop[index]),
      generated: generating.has(id),
      interventions: of('interventions'),
      source: of('source'),
      step: known(steps[index]),
      version: of('gatehouse_version'),
      note: of('note'),
      tags: words(tags[index]),
    };
  });
}

function words(list: Value | undefined): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

/**
 * The run to open where nothing names one: a complete one, without interventions if there is such a run, and of these the
 * one with the most questions, so that a short trial does not take its place; of equal ones the latest. Without a complete
 * run, the latest.
 */
export function firstChoice(runs: Run[]): Run | undefined {
  const complete = runs.filter((run) => run.status === 'complete');
  const plain = complete.filter((run) => run.interventions === '');
  const candidates = plain.length > 0 ? plain : complete;
  const most = Math.max(...candidates.map((run) => run.questions));
  return candidates.findLast((run) => run.questions === most) ?? runs.at(-1);
}

/** Whether the questions of a run are those that it answered: imports without answers have sequences all the same. */
export function listsAnsweredQuestions(run: Run | undefined): boolean {
  return run !== undefined && (run.answered > 0 || !isImported(run));
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
  if (isImported(run)) {
    return `Run ${run.id} (${run.name}) ${state}: it has ${sizeText(run)} so far. Its figures cover only these.`;
  }
  if (run.answered === 0) {
    return `Run ${run.id} (${run.name}) ${state}: none of its ${formatCount(run.questions)} questions ${run.status === 'running' ? 'is answered yet' : 'was answered'}, so it has no figures.`;
  }
  const of = `${formatCount(run.answered)} of ${formatCount(run.questions)} questions`;
  const covered = `${of} are answered, of ${run.subjects} ${run.subjects === 1 ? 'subject' : 'subjects'}`;
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
      const done = { mask: 'masked', scale: 'scaled', resident: 'resident' }[kind ?? ''];
      return done === undefined ? part : `${experts} ${done}${named}`;
    });
}

/** The experts that a run masks, such as 0:3 for expert 3 of layer 0. */
export function maskedExperts(run: Run | undefined): string[] {
  const mask = (run?.interventions ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith('mask '));
  return mask === undefined ? [] : mask.slice('mask '.length).split(',');
}

/** What a picture that compares with all experts says of a run that masks some, with a space before it; empty of others. */
export function maskedText(run: Run | undefined): string {
  const count = maskedExperts(run).length;
  return count === 0 ? '' : ` The run masks ${count === 1 ? 'one expert' : `${formatCount(count)} experts`}; uniform is over all experts, masked ones included.`;
}

/** What distinguishes a run from a plain one, in short: interventions, precision, source, what it recorded. */
export function treatment(run: Run): string[] {
  return [
    ...(isImported(run) ? [`imported from ${run.source}`] : []),
    ...interventionTexts(run.interventions),
    ...(run.precision === '' || run.precision === 'exact' ? [] : [`${run.precision} precision`]),
    ...(run.step === undefined ? [] : [`step ${formatCount(run.step)}`]),
    ...(isImported(run) || run.recorded === 'prompt' ? [] : ['last prompt token only']),
    ...(run.probabilities === 'none' || run.probabilities === '' ? [] : ['all probabilities']),
    ...(run.norms ? ['norms'] : []),
    ...(run.lookahead.length === 0 ? [] : ['lookahead']),
    ...(run.maxNewTokens === undefined ? [] : [`up to ${formatUnits(run.maxNewTokens, 'generated token')}`]),
    ...(run.answerRule === '' ? [] : ['answers from the text']),
    ...(run.skipped === 0 ? [] : [`${formatUnits(run.skipped, 'long question')} skipped`]),
    ...(run.shortened === 0 ? [] : [`${formatUnits(run.shortened, 'prompt')} shortened`]),
  ];
}

/** The model, which the files of an import may not name. */
export function modelText(run: Run): string {
  return run.model === 'unknown' ? 'model unknown' : run.model;
}

/** What was asked: "5-shot mmlu", "imported from vllm". */
export function quizText(run: Run): string {
  return isImported(run) ? `imported from ${run.source}` : `${run.shots}-shot ${run.quiz}`;
}

/** What a run has: questions, or sequences where no quiz was asked. */
export function questionUnit(run: Run | undefined): 'question' | 'sequence' {
  return run !== undefined && isImported(run) ? 'sequence' : 'question';
}

/** How many questions, or sequences where no quiz was asked. */
export function sizeText(run: Run): string {
  const all = formatUnits(run.questions, questionUnit(run));
  return isPartial(run) && !isImported(run) ? `${formatCount(run.answered)} of ${all}` : all;
}

/** A run in a list of runs. */
export function runText(run: Run): string {
  const parts = [modelText(run), sizeText(run), quizText(run), ...treatment(run).filter((part) => part !== quizText(run)), isPartial(run) ? run.status : ''];
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
    (other) => other.quiz === run.quiz && alike(other) && other.status === 'complete' && other.interventions === '',
    (other) => other.quiz === run.quiz && alike(other) && other.status === 'complete',
    (other) => other.quiz === run.quiz && other.status === 'complete',
    (other) => other.quiz === run.quiz,
    alike,
    () => true,
  ];
  return preferences.map((preferred) => others.findLast(preferred)).find((found) => found !== undefined);
}

/** What distinguishes two runs, besides their figures. */
export function differences(run: Run, other: Run): { name: string; mine: string; theirs: string }[] {
  const facts = (of: Run): Record<string, string> => ({
    Model: run.fingerprint !== '' && run.fingerprint === other.fingerprint ? run.model : of.model,
    Quiz: isImported(of) ? `imported from ${of.source}` : of.quiz,
    Shots: String(of.shots),
    'Prompt format': of.format,
    Questions: sizeText(of),
    Interventions: interventionTexts(of.interventions).join(', ') || 'none',
    Precision: of.precision,
    Device: of.device,
    'Tokens recorded': recordedText(of),
    'Generated tokens': of.maxNewTokens === undefined ? 'none' : `up to ${formatCount(of.maxNewTokens)}, ${of.sampling}`,
    'Answers from': answerText(of),
    Step: of.step === undefined ? '' : formatCount(of.step),
  });
  const [mine, theirs] = [facts(run), facts(other)];
  return Object.keys(mine)
    .filter((name) => mine[name] !== theirs[name])
    .map((name) => ({ name, mine: mine[name] || '–', theirs: theirs[name] || '–' }));
}

/** The tokens whose routing a run recorded. */
export function recordedText(run: Run): string {
  if (isImported(run) && run.questions === 0) {
    return 'none: counts of experts only';
  }
  const all = isImported(run) ? 'prompt tokens of the files' : 'all prompt tokens';
  const prompt = run.recorded === 'prompt' ? all : 'last prompt token';
  return run.generated ? `${prompt} and generated tokens` : prompt;
}

/** Where the answers of a run come from. */
export function answerText(run: Run): string {
  if (isImported(run)) {
    return run.answered === 0 ? '' : `${run.source} files`;
  }
  return run.answerRule === '' ? 'probabilities of the choices' : `generated text, rule ${run.answerRule}${run.answerMatch === 'number' ? ', compared as numbers' : ''}`;
}

/** The tokens that pictures of a run include: those that are wanted, if it has them. */
export function scopeOf(run: Run | undefined, wanted: Scope | undefined): Scope {
  if (wanted === 'generated' && run?.generated === true) {
    return 'generated';
  }
  if (run?.recorded === 'last_prompt') {
    return 'last_prompt';
  }
  // Imports need not say which token is the last of a prompt: all of them is the safe choice.
  const standard = run !== undefined && isImported(run) ? 'prompt' : 'last_prompt';
  return wanted === undefined || wanted === 'generated' ? standard : wanted;
}

/** The tokens that are looked at to serve a model, unless others are wanted: what it decodes, or else what it reads. */
export function decodedScope(run: Run | undefined): Scope {
  return run?.generated === true ? 'generated' : 'prompt';
}

/** The tokens that can be compared with those of another run. */
export function commonScope(scope: Scope, other: Run | undefined): Scope {
  const lacks = scope === 'generated' ? other?.generated === false : other?.recorded === 'last_prompt';
  return lacks ? 'last_prompt' : scope;
}
