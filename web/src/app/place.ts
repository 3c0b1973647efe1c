/**
 * What the reader looks at: the screen, the filters of all pictures and the selection. It is kept in the URL's fragment, so
 * that a link shares it and Back returns to it; browsers do not send fragments, so no SQL reaches a log.
 */
export const SCREENS = ['overview', 'explore', 'serve', 'query', 'runs'] as const;
/** Screens that are reached from others: a page for one run, and one for one expert. */
const PAGES = ['run', 'expert'] as const;
export type Screen = (typeof SCREENS)[number] | (typeof PAGES)[number];
export const SCREEN_NAMES: Record<Screen, string> = { overview: 'Overview', explore: 'Explore', serve: 'Serve', query: 'Query', runs: 'Runs', run: 'Run', expert: 'Expert' };
/** The screen that a page belongs to in the navigation. */
export const PARENTS: Partial<Record<Screen, Screen>> = { run: 'runs', expert: 'explore' };

/** Tokens that pictures include: the last one of each prompt, where the model answers; all of them; or those that the model generated. */
export const SCOPES = ['last_prompt', 'prompt', 'generated'] as const;
export type Scope = (typeof SCOPES)[number];

/** What an expert cache is shared by: the experts of all layers, or those of each layer. */
export const CACHES = ['model', 'layer'] as const;
export type CacheOf = (typeof CACHES)[number];
/** Which experts a cache keeps, as `expert_cache` names it. */
export const POLICIES = ['lru', 'lfu', 'static', 'random', 'belady'] as const;
export type Policy = (typeof POLICIES)[number];

/** Texts of the parameters of a statement, by name; null is SQL's NULL. A parameter without one has no value yet. */
export type Values = Record<string, string | null>;

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
  /** Name of the example or saved query whose results for both runs are compared. */
  query?: string;
  sql?: string;
  /** The values of the parameters of `sql`. */
  values?: Values;
  /** Settings of Serve, each undefined for its default. */
  cache?: CacheOf;
  policy?: Policy;
  /** Size of an expert in MB, memory for experts in GB, and bandwidth in GB/s; unknown by default. */
  megabytes?: number;
  gigabytes?: number;
  bandwidth?: number;
  /** Experts of a layer that are kept for good. */
  resident?: number;
  /** Devices of a placement, further experts on each of them, and questions of a batch. */
  ranks?: number;
  spare?: number;
  batch?: number;
}

const NUMBERS = ['run', 'layer', 'expert', 'question', 'other'] as const;
const DECIMALS = ['megabytes', 'gigabytes', 'bandwidth'] as const;
/** The value of a parameter of the statement: `p.layer=3`; without a value, NULL. */
const PARAMETER = /^p\.([\p{L}_][\p{L}\p{N}_]*)$/u;
const COUNTS = ['resident', 'ranks', 'spare', 'batch'] as const;

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
  if (place.screen === 'explore') {
    add('query', place.query);
  }
  if (place.screen === 'query') {
    add('q', place.sql);
    for (const [name, value] of Object.entries(place.values ?? {})) {
      const key = `p.${encodeURIComponent(name)}`;
      parts.push(value === null ? key : `${key}=${encodeURIComponent(value)}`);
    }
  }
  if (place.screen === 'serve') {
    for (const key of ['cache', 'policy', ...DECIMALS, ...COUNTS] as const) {
      add(key, place[key]);
    }
  }
  return `#${parts.join('&')}`;
}

/** The place in a fragment, without invalid parts. A bare `#q=` is a link to a query. */
export function decodePlace(fragment: string): Place {
  const parts = new Map<string, string>();
  const values: [string, string | null][] = [];
  for (const part of fragment.replace(/^#/, '').split('&')) {
    const equals = part.indexOf('=');
    const value = equals < 0 ? undefined : decode(part.slice(equals + 1));
    const parameter = PARAMETER.exec(decode(equals < 0 ? part : part.slice(0, equals)) ?? '')?.[1];
    if (parameter !== undefined && value !== '' && (value !== undefined || equals < 0)) {
      values.push([parameter.toLowerCase(), value ?? null]);
    }
    if (value !== undefined) {
      parts.set(part.slice(0, equals), value);
    }
  }
  const sql = parts.get('q');
  const screen = [...SCREENS, ...PAGES].find((name) => name === parts.get('screen')) ?? (sql === undefined ? 'overview' : 'query');
  const place: Place = { screen };
  for (const key of [...NUMBERS, ...COUNTS]) {
    const text = parts.get(key);
    if (text !== undefined && /^\d{1,9}$/.test(text)) {
      place[key] = Number(text);
    }
  }
  for (const key of DECIMALS) {
    const number = positive(parts.get(key) ?? '');
    if (number !== undefined) {
      place[key] = number;
    }
  }
  Object.assign(place, known('scope', SCOPES, parts), known('cache', CACHES, parts), known('policy', POLICIES, parts));
  for (const [key, value] of [['subject', parts.get('subject')], ['picture', parts.get('picture')], ['query', parts.get('query')], ['sql', sql]] as const) {
    if (value !== undefined && value !== '') {
      place[key] = value;
    }
  }
  if (values.length > 0 && sql !== undefined) {
    place.values = Object.fromEntries(values);
  }
  return place;
}

/** A number above 0 as people write it, without an exponent; undefined for other texts. */
export function positive(text: string): number | undefined {
  return /^\d{1,7}(\.\d{1,6})?$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

function known<Value extends string>(key: string, values: readonly Value[], parts: Map<string, string>): Record<string, Value> {
  const value = values.find((each) => each === parts.get(key));
  return value === undefined ? {} : { [key]: value };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
