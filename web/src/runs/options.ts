import type { Run } from '../app/runs';

/** The options of a run as the form has them; texts may be empty and numbers null for the default. */
export interface RunOptions {
  model: string;
  quiz: string;
  name: string;
  /** Questions at most. */
  limit: number | null;
  /** Names with commas between. */
  subjects: string;
  shots: number;
  format: string;
  chat: boolean;
  /** default, off or empty. */
  thinking: string;
  record: string;
  probabilities: string;
  norms: boolean;
  precision: string;
  device: string;
  memory: string;
  /** layer:expert, with commas between. */
  mask: string;
  maskUnusedOf: string;
  unusedScope: string;
  /** layer:expert=factor, with commas between. */
  scale: string;
  topK: number | null;
}

export const FORMATS = ['hendrycks', 'lm-eval', 'olmes', 'open-instruct'];

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
  record: 'prompt',
  probabilities: 'none',
  norms: false,
  precision: 'exact',
  device: 'cpu',
  memory: '',
  mask: '',
  maskUnusedOf: '',
  unusedScope: '',
  scale: '',
  topK: null,
};

const LISTS = ['subjects', 'mask', 'scale'] as const;

/** The body of POST /v1/runs: whatever is not the default, under the names of the command line. */
export function requestOf(options: RunOptions): Record<string, unknown> {
  const request: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(options)) {
    const given = typeof value === 'string' ? value.trim() : value;
    const needed = field === 'model' || field === 'quiz';
    if (needed || (given !== PLAIN[field as keyof RunOptions] && given !== '' && given !== null && given !== undefined)) {
      const list = (LISTS as readonly string[]).includes(field);
      request[optionName(field)] = list ? listOf(String(given)) : given;
    }
  }
  // Which tokens to look at means nothing without a run to look at.
  if (options.maskUnusedOf.trim() === '') {
    delete request['unused-scope'];
  }
  return request;
}

/** maskUnusedOf is mask-unused-of on the command line. */
function optionName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
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
  const topK = parts.get('top-k');
  const form = run.format.split('+');
  return {
    ...PLAIN,
    model: run.model,
    quiz: run.task,
    name: run.name,
    limit: run.questions,
    shots: run.shots,
    format: form[0] ?? '',
    chat: form.includes('chat'),
    thinking: form.includes('no-thinking') ? 'off' : form.includes('empty-thinking') ? 'empty' : 'default',
    record: run.scope,
    probabilities: run.probabilities,
    norms: run.norms,
    precision: run.precision,
    device: run.device,
    mask: parts.get('mask') ?? '',
    scale: parts.get('scale') ?? '',
    topK: topK === undefined ? null : Number(topK),
  };
}

/** The command line that makes such a run, short of the paths of model and quiz. */
export function commandOf(run: Run): string {
  const { model, quiz, ...others } = requestOf(optionsOf(run));
  const options = Object.entries(others).map(([name, value]) => (value === true ? `--${name}` : `--${name} ${quoted(Array.isArray(value) ? value.join(',') : String(value))}`));
  return [`./gatehouse run --db FILE --model ${quoted(`.../${String(model)}`)} --quiz ${quoted(`.../${String(quiz)}`)}`, ...options].join(' \\\n  ');
}

function quoted(text: string): string {
  return /^[\w./:,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
