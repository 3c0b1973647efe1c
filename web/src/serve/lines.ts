/** The layout of line charts with labels at the lines, without drawing. */

export interface Point {
  x: number;
  y: number;
}

/** A straight x axis, or one on which each doubling is as wide. */
export type XScale = 'linear' | 'log2';

export function xPosition(value: number, [from, to]: readonly [number, number], scale: XScale, start: number, end: number): number {
  const on = scale === 'log2' ? Math.log2 : (x: number) => x;
  return start + ((on(value) - on(from)) / (on(to) - on(from) || 1)) * (end - start);
}

/** Points of a curve that differ on the screen: of those within a pixel, the first and the last. */
export function thinned(points: Point[]): Point[] {
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    return before === undefined || after === undefined || Math.floor(before.x) !== Math.floor(point.x) || Math.floor(after.x) !== Math.floor(point.x);
  });
}

/** The index of the point whose x is next to one; the points are in the order of x. */
export function nearest(points: Point[], x: number): number {
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle] as Point).x <= x) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const [below, above] = [points[low]?.x ?? 0, points[high]?.x ?? 0];
  return Math.abs(x - below) <= Math.abs(above - x) ? Math.max(low, 0) : high;
}

/** The y of a line at an x between its points; at its ends, that of the last one. */
export function heightAt(points: Point[], x: number): number {
  const index = nearest(points, x);
  const point = points[index];
  const other = points[index + (point !== undefined && point.x < x ? 1 : -1)];
  if (point === undefined || other === undefined || other.x === point.x) {
    return point?.y ?? NaN;
  }
  return point.y + ((other.y - point.y) * (x - point.x)) / (other.x - point.x);
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A text beside a line: its place, and which end of it is there. */
export interface Label {
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
}

interface Candidate extends Label {
  box: Box;
  /** The larger, the rather another place. */
  cost: number;
}

const HEIGHT = 15;
const STEPS = 40;
/** Pixels between a line and its label. */
const GAP = 4;
/** A label is this much nearer to its own line than to any other; more than the second number makes it no clearer. */
const [CLEAR, CLEARER] = [9, 30];
/** A label of a steep line may be this far from the point that it is beside. */
const FARTHEST = 22;

/**
 * Where the names of lines are written: each along its line, above or below it, where it touches no line and no other name
 * and no other line is as near. Undefined where a line has no such place: lines that run close together are told apart by a
 * legend.
 *
 * @param lines points in pixels
 * @param letter width of a letter
 * @param taken boxes that are written in already
 */
export function labelsOf(lines: { name: string; points: Point[] }[], plot: Box, letter: number, taken: Box[] = []): Label[] | undefined {
  const boxes = [...taken];
  const labels: Label[] = [];
  for (const { name, points } of lines) {
    const others = lines.filter((line) => line.points !== points).map((line) => line.points);
    const best = candidates(points, name.length * letter)
      .filter(({ box }) => inside(box, plot) && !boxes.some((each) => overlap(each, box)))
      .map((candidate) => ({ ...candidate, clearance: Math.min(CLEARER, ...others.map((other) => distance(other, candidate.box))) }))
      .filter(({ clearance }) => clearance >= CLEAR)
      .map((candidate) => ({ ...candidate, cost: candidate.cost + CLEARER - candidate.clearance }))
      .reduce<Candidate | undefined>((one, other) => (one === undefined || other.cost < one.cost ? other : one), undefined);
    if (best === undefined) {
      return undefined;
    }
    boxes.push(best.box);
    labels.push({ x: best.x, y: best.y, anchor: best.anchor });
  }
  return labels;
}

/** Places along a line that its label does not touch. */
function candidates(points: Point[], width: number): Candidate[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) {
    return [];
  }
  const found: Candidate[] = [];
  for (let step = 0; step <= STEPS; step++) {
    const x = first.x + ((last.x - first.x) * step) / STEPS;
    for (const [anchor, share] of [['start', 0], ['middle', 0.5], ['end', 1]] as const) {
      const left = x - share * width;
      const own = spread(points, left, left + width);
      for (const above of [true, false]) {
        const top = above ? Math.min(...own) - GAP - HEIGHT : Math.max(...own) + GAP;
        const away = Math.abs((above ? top + HEIGHT : top) - heightAt(points, x));
        if (away <= FARTHEST) {
          found.push({ x, y: top + HEIGHT / 2, anchor, box: { left, right: left + width, top, bottom: top + HEIGHT }, cost: away + Math.abs(step / STEPS - 0.5) * 8 });
        }
      }
    }
  }
  return found;
}

/** The heights of a line between two x; none where it is not. */
function spread(points: Point[], left: number, right: number): number[] {
  const [first, last] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0];
  return Array.from({ length: 9 }, (_, index) => left + ((right - left) * index) / 8)
    .filter((x) => x >= first && x <= last)
    .map((x) => heightAt(points, x));
}

/** Pixels between a line and a box above or below it, or beside one of its ends. */
function distance(points: Point[], box: Box): number {
  const ends = [points[0], points.at(-1)].filter((point) => point !== undefined);
  return Math.min(
    ...ends.map(({ x, y }) => Math.hypot(outside(x, box.left, box.right), outside(y, box.top, box.bottom))),
    ...spread(points, box.left, box.right).map((y) => outside(y, box.top, box.bottom)),
  );
}

/** How far a value is from a range. */
function outside(value: number, from: number, to: number): number {
  return Math.max(from - value, value - to, 0);
}

/** The corner of a plot with the fewest points of lines, for a legend: its left and top. */
export function cornerOf(lines: Point[][], plot: Box, width: number, height: number): { left: number; top: number } {
  const corners = [plot.bottom - height, plot.top].flatMap((top) => [plot.right - width, plot.left].map((left) => ({ left, top })));
  const crowd = corners.map(({ left, top }) => {
    const box = { left, top, right: left + width, bottom: top + height };
    return lines.reduce((sum, points) => sum + spread(points, box.left, box.right).filter((y) => y > box.top && y < box.bottom).length, 0);
  });
  return corners[crowd.indexOf(Math.min(...crowd))] as { left: number; top: number };
}

/**
 * Where the texts of marked points, in the order of x, are written: right of and above each, or further up or down where another text is; the
 * last resort is on the left.
 */
export function marksOf(marks: (Point & { text: string })[], lines: Point[][], plot: Box, letter: number): (Label & { box: Box })[] {
  const boxes: Box[] = [];
  // From the right: of two marks beside each other, the left one has the free place above.
  const placed = [...marks].reverse().map(({ x, y, text }) => {
    const width = text.length * letter;
    let best: Candidate | undefined;
    for (let step = -4; step <= 8; step++) {
      for (const anchor of ['start', 'end'] as const) {
        const middle = y - 14 - step * HEIGHT * 1.15;
        const left = anchor === 'start' ? x + 9 : x - 9 - width;
        const box = { left, right: left + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 };
        const crossed = lines.flatMap((points) => spread(points, box.left, box.right)).filter((each) => each > box.top - 2 && each < box.bottom + 2).length;
        const cost = crossed * 30 + Math.abs(step) * 8 + (anchor === 'end' ? 5 : 0) + (boxes.some((each) => overlap(each, box)) ? 1000 : 0) + (inside(box, plot) ? 0 : 2000);
        if (best === undefined || cost < best.cost) {
          best = { x: anchor === 'start' ? left : left + width, y: middle, anchor, box, cost };
        }
      }
    }
    const chosen = best as Candidate;
    boxes.push(chosen.box);
    return { x: chosen.x, y: chosen.y, anchor: chosen.anchor, box: chosen.box };
  });
  return placed.reverse();
}

export function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function inside(box: Box, plot: Box): boolean {
  return box.left >= plot.left && box.right <= plot.right && box.top >= plot.top && box.bottom <= plot.bottom;
}
