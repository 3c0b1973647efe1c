/**
 * What the reader looks at: the screen, the filters of all pictures and the selection. It is kept in the URL's fragment, so
 * that a link shares it and Back returns to it; browsers do not send fragments, so no SQL reaches a log.
 */
export const SCREENS = ['overview', 'explore', 'query', 'runs'] as const;
/** Screens that are reached from others: a page for one run, and one for one expert. */
const PAGES = ['run', 'expert'] as const;
export type Screen = (typeof SCREENS)[number] | (typeof PAGES)[number];
export const SCREEN_NAMES: Record<Screen, string> = { overview: 'Overview', explore: 'Explore', query: 'Query', runs: 'Runs', run: 'Run', expert: 'Expert' };
/** The screen that a page belongs to in the navigation. */
export const PARENTS: Partial<Record<Screen, Screen>> = { run: 'runs', expert: 'explore' };

/** Tokens that pictures include: the last one of each prompt, where the model answers; all of them; or those that the model generated. */
export const SCOPES = ['last_prompt', 'prompt', 'generated'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Place {
  screen: Screen;
  run?: number;
  scope?: Scope;
  subject?: string;
  layer?: number;
  expert?: number;
  question?: number;
  /** The run that `run` is compared with. */
  other?: number;
  /** Which picture of Explore. */
  picture?: string;
  sql?: string;
}

const NUMBERS = ['run', 'layer', 'expert', 'question', 'other'] as const;

export function encodePlace(place: Place): string {
  const parts = [`screen=${place.screen}`];
  const add = (key: string, value: string | number | undefined) => {
    if (value !== undefined) {
      parts.push(`${key}=${encodeURIComponent(value)}`);
    }
  };
  for (const key of NUMBERS) {
    add(key, place[key]);
  }
  add('scope', place.scope);
  add('subject', place.subject);
  add('picture', place.picture);
  if (place.screen === 'query') {
    add('q', place.sql);
  }
  return `#${parts.join('&')}`;
}

/** The place in a fragment, without invalid parts. A bare `#q=` is a link to a query. */
export function decodePlace(fragment: string): Place {
  const parts = new Map<string, string>();
  for (const part of fragment.replace(/^#/, '').split('&')) {
    const equals = part.indexOf('=');
    const value = equals < 0 ? undefined : decode(part.slice(equals + 1));
    if (value !== undefined) {
      parts.set(part.slice(0, equals), value);
    }
  }
  const sql = parts.get('q');
  const screen = [...SCREENS, ...PAGES].find((name) => name === parts.get('screen')) ?? (sql === undefined ? 'overview' : 'query');
  const place: Place = { screen };
  for (const key of NUMBERS) {
    const text = parts.get(key);
    if (text !== undefined && /^\d{1,9}$/.test(text)) {
      place[key] = Number(text);
    }
  }
  const scope = SCOPES.find((known) => known === parts.get('scope'));
  if (scope !== undefined) {
    place.scope = scope;
  }
  for (const [key, value] of [['subject', parts.get('subject')], ['picture', parts.get('picture')], ['sql', sql]] as const) {
    if (value !== undefined && value !== '') {
      place[key] = value;
    }
  }
  return place;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
