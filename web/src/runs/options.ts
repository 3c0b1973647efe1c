import { isPartial, type Run } from '../app/runs';

/** The options of a run as the form has them; texts may be empty and numbers null for the default. */
export interface RunOptions {
  model: string;
  quiz: string;
  name: string;
  /** Questions at most. */
  limit: number | null;
  /** Comma-separated list of subjects. */
  subjects: string;
  shots: number;
  format: string;
  chat: boolean;
  /** default, off or empty. */
  thinking: string;
  /** fail, skip or truncate-examples. */
  longPrompts: string;
  /** Tokens to generate at most; null for none, and then what follows has no meaning. */
  maxNewTokens: number | null;
  /** greedy, random or model. */
  sampling: string;
  temperature: number | null;
  sampleTopK: number | null;
  topP: number | null;
  minP: number | null;
  repetitionPenalty: number | null;
  seed: number | null;
  /** A text in each line; a line break within is written \n. */
  stop: string;
  /** logits or generate. */
  answer: string;
  /** A rule that finds the answer in the text; only for the answer generate. */
  extract: string;
  /** exact or number; only for the answer generate. */
  match: string;
  record: string;
  probabilities: string;
  norms: boolean;
  /** Distances 1 and 2, with a comma between. */
  recordLookahead: string;
  precision: string;
  device: string;
  memory: string;
  /** Comma-separated list of layer:expert. */
  mask: string;
  maskUnusedOf: string;
  unusedScope: string;
  resident: string;
  residentOf: string;
  residentExperts: number | null;
  residentScope: string;
  keep: number | null;
  candidates: number | null;
  /** Comma-separated list of layer:expert=factor. */
  scale: string;
  topK: number | null;
}

export const FORMATS = ['hendrycks', 'lm-eval', 'olmes', 'open-instruct'];

/** Rules that find an answer in a text, with what they find; besides them regex:PATTERN and last-regex:PATTERN. */
export const EXTRACTS: Record<string, string> = {
  choice: 'the letter after "answer is"',
  'bracketed-choice': 'the last letter in brackets',
  number: 'the last number',
  'hash-number': 'the number after ####',
  'answer-is': 'the line after "the answer is"',
  boxed: 'the last \\boxed{} of LaTeX',
  'regex:': 'the first match of a pattern',
  'last-regex:': 'the last match of a pattern',
};

export const PLAIN: RunOptions = {
  model: '',
  quiz: '',
  name: '',
  limit: null,
  subjects: '',
  shots: 0,
  format: 'hendrycks',
  chat: false,
  thinking: 'default',
  longPrompts: 'fail',
  maxNewTokens: null,
  sampling: 'greedy',
  temperature: null,
  sampleTopK: null,
  topP: null,
  minP: null,
  repetitionPenalty: null,
  seed: null,
  stop: '',
  answer: 'logits',
  extract: '',
  match: 'exact',
  record: 'prompt',
  probabilities: 'none',
  norms: false,
  recordLookahead: '',
  precision: 'exact',
  device: 'cpu',
  memory: '',
  mask: '',
  maskUnusedOf: '',
  unusedScope: '',
  scale: '',
  topK: null,
  resident: '',
  residentOf: '',
  residentExperts: null,
  residentScope: '',
  keep: null,
  candidates: null,
};

const LISTS = ['subjects', 'mask', 'scale', 'resident', 'recordLookahead'] as const;
/** What means nothing unless text is generated, tokens are drawn, or the answer is looked for in the text. */
const OF_TEXT = ['sampling', 'temperature', 'sampleTopK', 'topP', 'minP', 'repetitionPenalty', 'seed', 'stop', 'answer', 'extract', 'match'] as const;
const OF_DRAWING = ['temperature', 'sampleTopK', 'topP', 'minP', 'seed'] as const;
const OF_ANSWER = ['extract', 'match'] as const;

/** The body of POST /v1/runs: whatever is not the default, under the names of the command line. */
export function requestOf(options: RunOptions): Record<string, unknown> {
  const request: Record<string, unknown> = {};
  const idle = idleFields(options);
  for (const [field, value] of Object.entries(options)) {
    const given = typeof value === 'string' ? value.trim() : value;
    const needed = field === 'model' || field === 'quiz';
    if (idle.has(field)) {
      continue;
    }
    if (needed || (given !== PLAIN[field as keyof RunOptions] && given !== '' && given !== null && given !== undefined)) {
      const list = (LISTS as readonly string[]).includes(field);
      request[optionName(field)] = field === 'stop' ? stopsOf(options.stop) : list ? listOf(String(given)).map((part) => (field === 'recordLookahead' ? Number(part) : part)) : given;
    }
  }
  return request;
}

/** Options that mean nothing beside the others, and are not sent. */
export function idleFields(options: RunOptions): Set<string> {
  return new Set<string>([
    // Which tokens to look at means nothing without a run to look at.
    ...(options.maskUnusedOf.trim() === '' ? ['unusedScope'] : []),
    ...(options.residentOf.trim() === '' ? ['residentExperts', 'residentScope'] : []),
    ...(options.residentOf.trim() === '' && options.resident.trim() === '' ? ['keep', 'candidates'] : []),
    ...((options.maxNewTokens ?? null) === null ? OF_TEXT : []),
    ...(options.sampling === 'greedy' ? OF_DRAWING : []),
    ...(options.answer === 'logits' ? OF_ANSWER : []),
  ]);
}

/** maskUnusedOf is mask-unused-of on the command line. */
export function optionName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The texts of lines, spaces included; \n within is a line break and \\ a backslash. */
function stopsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll(/\\([n\\])/g, (_, sign: string) => (sign === 'n' ? '\n' : '\\')));
}

/**
 * The options of a run, as far as the file says them: to continue it, or to run it again. A file does not say which
 * subjects were named; of a run over some subjects they must be given.
 */
export function optionsOf(run: Run): RunOptions {
  const parts = new Map(
    run.interventions.split(';').map((part) => {
      const [kind = '', list = ''] = part.trim().split(' ');
      return [kind, list] as const;
    }),
  );
  const part = (name: string) => (parts.has(name) ? Number(parts.get(name)) : null);
  const form = run.format.split('+');
  const [sampling = '', ...settings] = run.sampling.split(' ');
  const setting = new Map(settings.map((word) => word.split('=') as [string, string]));
  const number = (name: string) => (setting.has(name) ? Number(setting.get(name)) : null);
  return {
    ...PLAIN,
    model: run.model,
    quiz: run.quiz,
    name: run.name,
    // Questions that are skipped count as taken.
    limit: run.questions + run.skipped,
    shots: run.shots,
    format: form[0] ?? '',
    chat: form.includes('chat'),
    thinking: form.includes('no-thinking') ? 'off' : form.includes('empty-thinking') ? 'empty' : 'default',
    longPrompts: run.shortened > 0 ? 'truncate-examples' : run.skipped > 0 ? 'skip' : 'fail',
    maxNewTokens: run.maxNewTokens ?? null,
    sampling: sampling === '' ? PLAIN.sampling : sampling,
    temperature: number('temperature'),
    sampleTopK: number('top_k'),
    topP: number('top_p'),
    minP: number('min_p'),
    repetitionPenalty: number('repetition_penalty'),
    seed: number('seed'),
    stop: run.stop.map((text) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')).join('\n'),
    answer: run.answerRule === '' ? 'logits' : 'generate',
    extract: run.answerRule,
    match: run.answerMatch === '' ? PLAIN.match : run.answerMatch,
    record: run.recorded,
    probabilities: run.probabilities,
    norms: run.norms,
    recordLookahead: run.lookahead.join(','),
    precision: run.precision,
    device: run.device,
    mask: parts.get('mask') ?? '',
    scale: parts.get('scale') ?? '',
    topK: part('top-k'),
    resident: parts.get('resident') ?? '',
    keep: part('keep'),
    candidates: part('candidates'),
  };
}

/** More subjects would make the command longer than anybody reads. */
const LISTED_SUBJECTS = 20;

/**
 * The command line that makes such a run, short of the paths of model and quiz.
 *
 * @param subjects those with answers: of a complete run, the only ones that it can have asked
 */
export function commandOf(run: Run, subjects: string[] = []): string {
  const named = !isPartial(run) && subjects.length <= LISTED_SUBJECTS && subjects.every((subject) => subject !== '' && !subject.includes(','));
  const { model, quiz, ...others } = requestOf({ ...optionsOf(run), subjects: named ? subjects.join(',') : '' });
  const options = Object.entries(others).flatMap(([name, value]) => {
    if (name === 'stop') {
      return (value as string[]).map((text) => `--stop ${quoted(text)}`);
    }
    return [value === true ? `--${name}` : `--${name} ${quoted(Array.isArray(value) ? value.join(',') : String(value))}`];
  });
  return [`./gatehouse run --db FILE --model ${quoted(`.../${String(model)}`)} --quiz ${quoted(`.../${String(quiz)}`)}`, ...options].join(' \\\n  ');
}

function quoted(text: string): string {
  return /^[\w./:,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
