import { describe, expect, it } from 'vitest';
import { type Box, cornerOf, heightAt, type Label, labelsOf, marksOf, nearest, overlap, type Point, thinned, xPosition } from './lines';

const PLOT: Box = { left: 0, top: 0, right: 600, bottom: 300 };
const LETTER = 6.5;

/** A line over the plot; y is downwards. */
function line(height: (share: number) => number): Point[] {
  return Array.from({ length: 61 }, (_, index) => ({ x: index * 10, y: height(index / 60) }));
}

function boxOf(label: Label, name: string): Box {
  const width = name.length * LETTER;
  const left = label.x - (label.anchor === 'start' ? 0 : label.anchor === 'middle' ? width / 2 : width);
  return { left, right: left + width, top: label.y - 7.5, bottom: label.y + 7.5 };
}

describe('lines', () => {
  it('lie on a straight or a doubling axis', () => {
    expect([0, 32, 64].map((x) => xPosition(x, [0, 64], 'linear', 100, 200))).toEqual([100, 150, 200]);
    expect([1, 8, 64].map((x) => xPosition(x, [1, 64], 'log2', 100, 200))).toEqual([100, 150, 200]);
  });

  it('have a height between their points', () => {
    const points = [{ x: 0, y: 0 }, { x: 10, y: 20 }, { x: 20, y: 20 }];
    expect([-5, 0, 2.5, 5, 10, 15, 30].map((x) => heightAt(points, x))).toEqual([0, 0, 5, 10, 20, 20, 20]);
    expect(heightAt([], 3)).toBeNaN();
    expect([-1, 4, 5, 6, 16, 99].map((x) => nearest(points, x))).toEqual([0, 0, 0, 1, 2, 2]);
    expect(nearest([], 4)).toBe(0);
  });

  it('lose the points that nobody sees', () => {
    const points = Array.from({ length: 5000 }, (_, index) => ({ x: index / 10, y: index }));
    const kept = thinned(points);
    expect(kept.length).toBeLessThan(1100);
    expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
    expect(thinned(points.slice(0, 1))).toHaveLength(1);
  });

  it('have labels that touch nothing, each nearest to its own line', () => {
    const lines = [
      { name: 'Belady', points: line((share) => 290 - 280 * share ** 0.3) },
      { name: 'LRU', points: line((share) => 290 - 280 * share) },
      { name: 'random', points: line((share) => 290 - 280 * share ** 3) },
    ];
    const labels = labelsOf(lines, PLOT, LETTER);
    expect(labels).toHaveLength(3);
    const boxes = labels?.map((label, index) => boxOf(label, lines[index]?.name ?? '')) ?? [];
    boxes.forEach((box, index) => {
      expect(box.left).toBeGreaterThanOrEqual(PLOT.left);
      expect(box.right).toBeLessThanOrEqual(PLOT.right);
      expect(boxes.some((other) => other !== box && overlap(other, box))).toBe(false);
      const far = lines.map(({ points }) => Math.min(...points.filter(({ x }) => x >= box.left && x <= box.right).map(({ y }) => Math.max(box.top - y, y - box.bottom))));
      expect(far.indexOf(Math.min(...far))).toBe(index);
      expect(Math.min(...far)).toBeGreaterThan(0);
    });
  });

  it('have labels that do not stand beside the end of another line', () => {
    const whole = { name: 'tokens at random', points: line(() => 150) };
    const ended = { name: 'neighbouring', points: Array.from({ length: 31 }, (_, index) => ({ x: index * 10, y: 125 })) };
    const box = boxOf(labelsOf([whole, ended], PLOT, LETTER)?.[0] as Label, whole.name);
    const away = Math.hypot(Math.max(box.left - 300, 300 - box.right, 0), Math.max(box.top - 125, 125 - box.bottom, 0));
    expect(away).toBeGreaterThanOrEqual(9);
  });

  it('that run together have no labels', () => {
    const lines = [0, 1, 2, 3].map((index) => ({ name: `line ${index}`, points: line((share) => 200 - 100 * share + index * 3) }));
    expect(labelsOf(lines, PLOT, LETTER)).toBeUndefined();
    // Where nothing is drawn: right below lines that rise, left below one that falls.
    expect(cornerOf(lines.map(({ points }) => points), PLOT, 100, 90)).toEqual({ left: 500, top: 210 });
    expect(cornerOf([line((share) => 50 + 240 * share)], PLOT, 100, 90)).toEqual({ left: 0, top: 210 });
  });

  it('leave room for what is written already', () => {
    const lines = [{ name: 'one', points: line(() => 150) }];
    expect(labelsOf(lines, PLOT, LETTER, [PLOT])).toBeUndefined();
  });

  it('have marks whose texts are apart, and off the line', () => {
    const curve = line((share) => 20 + 270 * share ** 0.3);
    const texts = ['cliff: 4', 'knee: 5', 'largest that fits: 6'];
    const marks = marksOf(
      texts.map((text, index) => ({ x: 40 + 10 * index, y: heightAt(curve, 40 + 10 * index), text })),
      [curve],
      PLOT,
      LETTER,
    );
    // Of a line that falls, the left ones have the places further up.
    expect(marks.map(({ y }) => y)).toEqual(marks.map(({ y }) => y).sort((one, other) => one - other));
    marks.forEach(({ box }, index) => {
      expect(marks.some((other, at) => at !== index && overlap(other.box, box))).toBe(false);
      expect(curve.some(({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom)).toBe(false);
    });
  });
});
