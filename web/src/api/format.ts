import type { Value } from './http';

const NUMERIC = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|FLOAT|REAL|DOUBLE|DECIMAL|NUMERIC)\b(?!.*\[\])/;
const SIGNIFICANT_DIGITS = 6;
const SMALLEST_FIXED = 1e-4;
const LARGEST_FIXED = 1e15;
const SMALLEST_ALIGNED = 1e-5;

export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}

/**
 * Text of a value as the table shows it: fractions to six significant digits, integers in full; with `decimals`, numbers
 * to that many. `exact` is what the server sent.
 */
export function format(value: Value, decimals?: number): string {
  if (value === null) {
    return 'NULL';
  }
  if (typeof value === 'number') {
    return decimals === undefined ? formatNumber(value) : fixed(value, decimals);
  }
  if (Array.isArray(value)) {
    return `[${value.map((element) => format(element)).join(', ')}]`;
  }
  return String(value);
}

/** The sign that stands for white space: an arrow for a line break or a tab, a dot for the rest. Other characters stand for themselves. */
export function visible(sign: string): string {
  return sign === '\n' ? '↵' : sign === '\t' ? '→' : /\s/.test(sign) ? '·' : sign;
}

/** A text with signs for the white space that a table does not show: at both ends, and line breaks and tabs within. */
export function formatToken(text: string): string {
  return text.replace(/^\s+|\s+$|[\n\t]/g, (blanks) => [...blanks].map(visible).join(''));
}

/** Text of a timestamp as the table shows it: to the second. */
export function formatTimestamp(value: Value): string {
  return format(value).replace('T', ' ').replace(/\.\d+$/, '');
}

/** 16:02, or 2026-11-24 16:02 where that is not today, as the reader's clock has it. */
export function formatMoment(time: Date, now: Date): string {
  const dated = formatDated(time);
  return time.toDateString() === now.toDateString() ? dated.slice(-'16:02'.length) : dated;
}

/** 2026-11-24 16:02, as the reader's clock has it. */
export function formatDated(time: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** A number to so many decimals; one that is rounded to zero has no sign. */
export function fixed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/^-(?=[0.]+$)/, '');
}

/** +8.1, −0.4, 0.0: a difference to so many decimals. */
export function formatSigned(difference: number, decimals: number): string {
  const text = fixed(Math.abs(difference), decimals);
  return /[1-9]/.test(text) ? `${difference < 0 ? '−' : '+'}${text}` : text;
}

/** Text of a value with nothing rounded away. */
export function exact(value: Value): string {
  if (value === null) {
    return 'NULL';
  }
  return Array.isArray(value) ? `[${value.map(exact).join(', ')}]` : String(value);
}

/**
 * Decimals that all numbers of a column are shown with, so that their points stand in line: as many as the one with the
 * most needs, but no more than six. Undefined for a column of integers, and where a number would be left with less than
 * two digits.
 */
export function commonDecimals(values: Value[]): number | undefined {
  let most = 0;
  for (const value of values) {
    if (typeof value === 'number' && !Number.isInteger(value)) {
      if (Math.abs(value) < SMALLEST_ALIGNED || Math.abs(value) >= LARGEST_FIXED) {
        return undefined;
      }
      const text = formatNumber(value);
      const point = text.indexOf('.');
      most = Math.max(most, text.includes('e') ? SIGNIFICANT_DIGITS : point < 0 ? 0 : text.length - 1 - point);
    }
  }
  return most === 0 ? undefined : Math.min(most, SIGNIFICANT_DIGITS);
}

function formatNumber(value: number): string {
  if (Number.isInteger(value)) {
    return String(value);
  }
  const magnitude = Math.abs(value);
  if (magnitude < SMALLEST_FIXED || magnitude >= LARGEST_FIXED) {
    return value.toExponential(SIGNIFICANT_DIGITS - 1).replace(/\.?0+e/, 'e');
  }
  const integerDigits = magnitude < 1 ? 0 : Math.floor(Math.log10(magnitude)) + 1;
  const leadingZeros = magnitude < 1 ? Math.max(0, -Math.floor(Math.log10(magnitude)) - 1) : 0;
  const decimals = Math.max(0, SIGNIFICANT_DIGITS - integerDigits + leadingZeros);
  const text = value.toFixed(decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const COUNT = new Intl.NumberFormat('en');

/** 1 row, 12,345 rows. */
export function formatRowCount(rows: number): string {
  return formatUnits(rows, 'row');
}

export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** 1 token, 12,345 tokens, 3 batches. */
export function formatUnits(count: number, unit: string): string {
  return `${COUNT.format(count)} ${unit}${count === 1 ? '' : unit.endsWith('ch') ? 'es' : 's'}`;
}

/** 0.8 ms, 12 ms, 1.23 s, 2 min 05 s. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) {
    return `${Number(milliseconds.toFixed(1))} ms`;
  }
  if (milliseconds < 1000) {
    return `${Math.round(milliseconds)} ms`;
  }
  const seconds = milliseconds / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  }
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** 12 s, 2 min 05 s: the estimated remaining time. */
export function formatLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : formatDuration(whole * 1000);
}

/** 12.3%, 0.9%; a share that would be 0.0% has two digits, such as 0.042%. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) {
    return '–';
  }
  const percent = share * 100;
  return `${percent !== 0 && Math.abs(percent) < 0.1 ? Number(percent.toPrecision(2)) : fixed(percent, 1)}%`.replace('-', '−');
}

/** p = 0.034, p < 0.001. */
export function formatP(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** +8.1 points, −0.4 points, 0.0 points: a difference of two shares in percentage points. */
export function formatPoints(difference: number): string {
  return `${formatSigned(difference * 100, 1)} points`;
}
