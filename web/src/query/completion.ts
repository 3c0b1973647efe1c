import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { send } from '../api/http';
import { statementAt } from './statements';

/** A suggestion of the server for a part of the text. */
interface Suggestion {
  text: string;
  detail: string;
  from: number;
}

/** Completion by the server, which knows functions, aliases and the columns of subqueries. */
export async function serverCompletions(context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*/);
  const afterDot = context.pos > 0 && context.state.sliceDoc(context.pos - 1, context.pos) === '.';
  if (word === null && !context.explicit && !afterDot) {
    return null;
  }
  const text = context.state.doc.toString();
  const statement = statementAt(text, context.pos);
  const from = statement === undefined || context.pos < statement.from || context.pos > statement.to ? 0 : statement.from;
  const request = new AbortController();
  context.addEventListener('abort', () => request.abort());
  try {
    const body = { sql: from === 0 ? text : (statement?.text ?? ''), offset: context.pos - from };
    const response = await send('POST', 'v1/complete', body, request.signal);
    const { suggestions } = (await response.json()) as { suggestions: Suggestion[] };
    const [first] = suggestions;
    return first === undefined
      ? null
      : {
          from: from + first.from,
          // Among equal matches the editor sorts by label, unless it is told otherwise: the likeliest come first from the server.
          options: suggestions.map(({ text: label, detail }, place) => ({ label, detail, sortText: String(place).padStart(5, '0') })),
          validFor: /^\w*$/,
        };
  } catch {
    return null;
  }
}
