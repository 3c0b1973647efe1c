import type { Rows } from '../api/http';
import { numbers } from '../api/rows';
import { emptyMatrix, type Matrix } from '../picture/matrix';

/** Layers by tenths of the margin: the share of the decisions for which two runs chose other experts. */
export interface Mismatch {
  matrix: Matrix;
  layers: number[];
  /** As the matrix. */
  differing: Float64Array;
  compared: Float64Array;
  /** Largest margin of each; NaN if an import has none. */
  margins: Float64Array;
  /** Over all layers. */
  decisions: number;
  share: number;
}

export function mismatchOf(rows: Rows): Mismatch {
  const [layer, tenth, n, differs, most] = ['layer', 'margin_tenth', 'n', 'set_differs', 'most_margin'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[],
  ];
  const layers = [...new Set(layer)].sort((a, b) => a - b);
  const tenths = Math.max(0, ...new Set(tenth));
  const matrix = emptyMatrix(
    layers.map(String),
    Array.from({ length: tenths }, (_, index) => String(index + 1)),
  );
  const [differing, compared, margins] = [0, 1, 2].map(() => new Float64Array(matrix.values.length)) as [Float64Array, Float64Array, Float64Array];
  margins.fill(NaN);
  layer.forEach((number, index) => {
    const at = layers.indexOf(number) * tenths + (tenth[index] as number) - 1;
    differing[at] = differs[index] as number;
    compared[at] = n[index] as number;
    margins[at] = most[index] as number;
    matrix.values[at] = (differs[index] as number) / (n[index] as number);
  });
  const decisions = n.reduce((sum, value) => sum + value, 0);
  return { matrix, layers, differing, compared, margins, decisions, share: differs.reduce((sum, value) => sum + value, 0) / decisions };
}
