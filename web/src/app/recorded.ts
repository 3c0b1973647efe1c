import { isImported, type Run } from './runs';
import type { Scope } from './place';

/** Why a run has no figures of some kind. Each is a sentence, or empty where the run may have them. */

function files(run: Run): string {
  return `the ${run.source} files that run ${run.id} was imported from`;
}

export function noAnswers(run: Run | undefined): string {
  if (run === undefined || run.answered > 0) {
    return '';
  }
  if (isImported(run)) {
    return `Not recorded: ${files(run)} have no answers.`;
  }
  return run.status === 'running' ? 'No question is answered yet.' : 'No question was answered before the run ended.';
}

/** Why no expert has an accuracy: of an import, a question counts only if all of its tokens are known. */
export function noAccuracy(run: Run | undefined): string {
  return noAnswers(run) || (run !== undefined && isImported(run) ? 'Not known: no expert fired in enough questions of which all tokens were recorded.' : '');
}

/** As noAnswers, of runs that compute their figures from the questions they ask: without an answer they have none of any kind. */
export function noneAsked(run: Run | undefined): string {
  return run === undefined || isImported(run) ? '' : noAnswers(run);
}

/** @param none whether there are no sequences at all */
export function noTokens(run: Run | undefined, none: boolean): string {
  if (run === undefined) {
    return '';
  }
  if (isImported(run)) {
    return `Not recorded: ${files(run)} have ${none ? 'counts of experts only, no sequences' : 'no token ids'}.`;
  }
  return none ? noAnswers(run) : `Run ${run.id} has no tokens of this question.`;
}

export function noEntropy(run: Run | undefined): string {
  if (run !== undefined && isImported(run)) {
    return `Not recorded: ${files(run)} have no router probabilities, so the entropy over all experts is unknown.`;
  }
  return noneAsked(run) || 'The entropy of the router is not recorded.';
}

export function noWeights(run: Run | undefined): string {
  if (run !== undefined && isImported(run)) {
    return `Not recorded: ${files(run)} have no weights of experts.`;
  }
  return noneAsked(run) || 'The weights of experts are not recorded.';
}

/**
 * Why no question is near another one: they are compared by the weights of the experts that the last prompt token was sent to.
 *
 * @param decisions of that token, one for each layer
 * @param weighed whether these have weights
 */
export function noNearest(run: Run | undefined, decisions: number, weighed: boolean): string {
  if (run === undefined) {
    return '';
  }
  if (decisions === 0) {
    const why = 'no decision of the last prompt token, by which questions are compared';
    return isImported(run) ? `Not recorded: ${files(run)} have ${why}.` : `Run ${run.id} has ${why}.`;
  }
  if (run.questions === 1) {
    return `Run ${run.id} has no other ${isImported(run) ? 'sequence' : 'question'}.`;
  }
  return weighed ? 'No other question of the run was sent to any of these experts at its last prompt token.' : noWeights(run);
}

/** Why no question is shown, where none is chosen. */
export function noQuestion(run: Run | undefined): string {
  return noneAsked(run) || (run !== undefined && run.questions === 0 ? noTokens(run, true) : 'No question is chosen.');
}

/** Where the norms and similarities of a checkpoint are missing: they come from its files and not from a run. */
export const WEIGHTS_NOT_READ = 'The weights of this checkpoint have not been read. Read them with: gatehouse model DIR --db FILE';

/** Why a picture of the weights of a run's checkpoint is empty. */
export function noCheckpointWeights(run: Run | undefined): string {
  return run !== undefined && isImported(run) ? `Not recorded: ${files(run)} do not have the weights of the checkpoint.` : WEIGHTS_NOT_READ;
}

/** The message of a picture without rows. */
export function noRows(run: Run | undefined, scope: Scope, subject: string | undefined): string {
  if (run === undefined) {
    return '';
  }
  if (run.status === 'running') {
    return 'No results are stored yet. The chart appears with the first ones.';
  }
  if (noneAsked(run) !== '') {
    return noneAsked(run);
  }
  if (scope === 'generated') {
    return `Not recorded: run ${run.id} has nothing for this chart at generated tokens.`;
  }
  const last = scope === 'last_prompt' && run.recorded === 'prompt';
  if (isImported(run) && run.questions === 0 && !last) {
    return noTokens(run, true);
  }
  if (isImported(run) && run.questions === 0) {
    return `Not recorded: ${files(run)} have counts over all prompt tokens only, none of the last prompt token.`;
  }
  if (isImported(run)) {
    return `Not recorded: ${files(run)} do not contain what this chart needs${last ? ' at the last prompt token; try all prompt tokens' : ''}.`;
  }
  return `No data for ${subject === undefined ? 'this run and scope' : 'this run, scope and subject'}.`;
}
