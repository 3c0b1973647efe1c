/** Values that differ by less than this share of their size are the same: sums of the same shares differ in their last digits. */
const SAME = 1e-9;

function same(from: number, to: number): boolean {
  return Math.abs(to - from) <= SAME * Math.max(Math.abs(from), Math.abs(to));
}

/** Round values that divide a span into about the wanted number of parts, including round ends. */
export function niceTicks(from: number, to: number, wanted: number): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span) || same(from, to)) {
    return [from];
  }
  const rough = span / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A span that holds all values, widened to round ends. */
export function niceSpan(values: number[], wanted = 5): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) {
    return [0, 1];
  }
  let [low, high] = [finite[0] as number, finite[0] as number];
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (same(low, high)) {
    const pad = Math.abs(low) / 2 || 0.5;
    return [low - pad, low + pad];
  }
  const ticks = niceTicks(low, high, wanted);
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : high - low;
  const round = (count: number) => Number((count * step).toPrecision(12));
  return [round(Math.floor(low / step + 1e-9)), round(Math.ceil(high / step - 1e-9))];
}

/** Ticks of a logarithmic axis within a span of positive values: powers of ten, and where they are few also their 2- and 5-fold. */
export function logTicks(from: number, to: number): number[] {
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  const step = Math.max(1, Math.ceil((last - first) / 10));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)
    .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
    .filter((value) => value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9));
}

/** Where a value lies between two pixels. */
export function along(value: number, [from, to]: readonly [number, number], start: number, end: number): number {
  return start + ((value - from) / (to - from || 1)) * (end - start);
}
