/**
 * An order in which similar vectors are adjacent: agglomerative clustering (average linkage, cosine distance), each merge
 * oriented so that its nearest ends meet.
 */
export function clusterOrder(vectors: number[][]): number[] {
  const count = vectors.length;
  const distance = distances(vectors);
  let clusters = vectors.map((_, index) => [index]);
  const between = distance.map((row) => Float64Array.from(row));
  let alive = Array.from({ length: count }, (_, index) => index);
  while (alive.length > 1) {
    const [one, other] = nearest(alive, between);
    const [a, b] = [clusters[one] as number[], clusters[other] as number[]];
    for (const third of alive) {
      if (third !== one && third !== other) {
        const mean = (at(between, one, third) * a.length + at(between, other, third) * b.length) / (a.length + b.length);
        (between[one] as Float64Array)[third] = mean;
        (between[third] as Float64Array)[one] = mean;
      }
    }
    clusters[one] = joined(a, b, distance);
    alive = alive.filter((index) => index !== other);
  }
  return clusters[alive[0] ?? 0] ?? [];
}

function distances(vectors: number[][]): Float64Array[] {
  const lengths = vectors.map((vector) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)));
  return vectors.map((vector, row) =>
    Float64Array.from(vectors, (other, column) => {
      const size = (lengths[row] as number) * (lengths[column] as number);
      return size === 0 ? 1 : 1 - vector.reduce((sum, value, index) => sum + value * (other[index] as number), 0) / size;
    }),
  );
}

function nearest(alive: number[], between: Float64Array[]): [number, number] {
  let best: [number, number] = [alive[0] as number, alive[1] as number];
  let least = Infinity;
  for (let i = 0; i < alive.length; i++) {
    for (let j = i + 1; j < alive.length; j++) {
      const value = at(between, alive[i] as number, alive[j] as number);
      if (value < least) {
        least = value;
        best = [alive[i] as number, alive[j] as number];
      }
    }
  }
  return best;
}

/** The two clusters in the orientation whose touching ends are nearest; the first of equal ones, to be deterministic. */
function joined(a: number[], b: number[], distance: Float64Array[]): number[] {
  const reversed = (list: number[]) => [...list].reverse();
  const ways: [number[], number[]][] = [
    [a, b],
    [a, reversed(b)],
    [reversed(a), b],
    [reversed(a), reversed(b)],
  ];
  let best = ways[0] as [number[], number[]];
  for (const way of ways) {
    if (gap(way, distance) < gap(best, distance) - 1e-12) {
      best = way;
    }
  }
  return [...best[0], ...best[1]];
}

function gap([first, second]: [number[], number[]], distance: Float64Array[]): number {
  return at(distance, first.at(-1) as number, second[0] as number);
}

function at(matrix: Float64Array[], row: number, column: number): number {
  return (matrix[row] as Float64Array)[column] as number;
}
