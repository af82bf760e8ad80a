/*
 * The tables of this file are adapted from SeeK-path (https://github.com/materialscloud-org/seekpath) under its licence:
 *
 * The MIT License (MIT)
 *
 * Copyright (c), 2016-2023, Giovanni Pizzi, PAUL SCHERRER INSTITUT (Laboratory
 * for Materials Simulations), ECOLE POLYTECHNIQUE FEDERALE DE
 * LAUSANNE (Theory and Simulation of Materials (THEOS) and National Centre for
 * Computational Design and Discovery of Novel Materials (NCCR MARVEL)),
 * Switzerland. All rights reserved.
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * in the Software without restriction, including without limitation the rights
 * to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
 * copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in
 * all copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
 * OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
 * THE SOFTWARE.
 */

/**
 * Paths through the Brillouin zone: Y. Hinuma, G. Pizzi, Y. Kumagai, F. Oba and I. Tanaka, Comput. Mater. Sci. 128, 140 (2017),
 * with their recommended paths, as published with SeeK-path (MIT licence). They follow the conventional cells of the
 * International Tables, which is what the symmetry search gives; W. Setyawan and S. Curtarolo's (Comput. Mater. Sci. 49, 299,
 * 2010) want cells of their own. Variants that another naming of the axes turns into one of these are left out.
 */
export interface PathTable {
  /** What coordinates are written in, from lengths (Å) and monoclinic angle of the conventional cell. */
  readonly parameters?: (cell: CellShape) => Readonly<Record<string, number>>;
  /** `label x y z`, in reciprocal vectors of the primitive cell that belongs to the conventional one. */
  readonly points: string;
  /** Points joined by lines; `|` starts anew. */
  readonly path: string;
}

/** Shape of a conventional cell. */
export interface CellShape {
  /** Å */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly cosBeta: number;
  readonly sinBeta: number;
}

export const PATH_TABLES = {
  cP1: {
    points: 'Γ 0 0 0, R 1/2 1/2 1/2, M 1/2 1/2 0, X 0 1/2 0, X₁ 1/2 0 0',
    path: 'Γ X M Γ R X | R M X₁',
  },
  cP2: {
    points: 'Γ 0 0 0, R 1/2 1/2 1/2, M 1/2 1/2 0, X 0 1/2 0',
    path: 'Γ X M Γ R X | R M',
  },
  cF1: {
    points:
      'Γ 0 0 0, X 1/2 0 1/2, L 1/2 1/2 1/2, W 1/2 1/4 3/4, W₂ 3/4 1/4 1/2, K 3/8 3/8 3/4, U 5/8 1/4 5/8',
    path: 'Γ X U | K Γ L W X W₂',
  },
  cF2: {
    points: 'Γ 0 0 0, X 1/2 0 1/2, L 1/2 1/2 1/2, W 1/2 1/4 3/4, K 3/8 3/8 3/4, U 5/8 1/4 5/8',
    path: 'Γ X U | K Γ L W X',
  },
  cI1: {
    points: 'Γ 0 0 0, H 1/2 -1/2 1/2, P 1/4 1/4 1/4, N 0 0 1/2',
    path: 'Γ H N Γ P H | P N',
  },
  tP1: {
    points: 'Γ 0 0 0, Z 0 0 1/2, M 1/2 1/2 0, A 1/2 1/2 1/2, R 0 1/2 1/2, X 0 1/2 0',
    path: 'Γ X M Γ Z R A Z | X R | M A',
  },
  tI1: {
    parameters: ({ a, c }) => {
      const H = (1 + (c * c) / a / a) / 4;
      return { H };
    },
    points: 'Γ 0 0 0, M -1/2 1/2 1/2, X 0 0 1/2, P 1/4 1/4 1/4, Z H H -H, Z₀ -H 1-H H, N 0 1/2 0',
    path: 'Γ X M Γ Z | Z₀ M | X P N Γ',
  },
  tI2: {
    parameters: ({ a, c }) => {
      const H = (1 + (a * a) / c / c) / 4;
      const Z = (a * a) / 2 / c / c;
      return { H, Z };
    },
    points:
      'Γ 0 0 0, M 1/2 1/2 -1/2, X 0 0 1/2, P 1/4 1/4 1/4, N 0 1/2 0, S₀ -H H H, S H 1-H -H, R -Z Z 1/2, G 1/2 1/2 -Z',
    path: 'Γ X P N Γ M S | S₀ Γ | X R | G M',
  },
  oP1: {
    points: 'Γ 0 0 0, X 1/2 0 0, Z 0 0 1/2, U 1/2 0 1/2, Y 0 1/2 0, S 1/2 1/2 0, T 0 1/2 1/2, R 1/2 1/2 1/2',
    path: 'Γ X S Y Γ Z U R T Z | X U | Y T | S R',
  },
  oF1: {
    parameters: ({ a, b, c }) => {
      const J = (1 + (a * a) / b / b - (a * a) / c / c) / 4;
      const H = (1 + (a * a) / b / b + (a * a) / c / c) / 4;
      return { J, H };
    },
    points:
      'Γ 0 0 0, T 1 1/2 1/2, Z 1/2 1/2 0, Y 1/2 0 1/2, Σ₀ 0 H H, U₀ 1 1-H 1-H, A₀ 1/2 1/2+J J, C₀ 1/2 1/2-J 1-J, L 1/2 1/2 1/2',
    path: 'Γ Y T Z Γ Σ₀ | U₀ T | Y C₀ | A₀ Z | Γ L',
  },
  oF2: {
    parameters: ({ a, b, c }) => {
      const J = (1 + (c * c) / a / a - (c * c) / b / b) / 4;
      const K = (1 + (c * c) / a / a + (c * c) / b / b) / 4;
      return { J, K };
    },
    points:
      'Γ 0 0 0, T 0 1/2 1/2, Z 1/2 1/2 1, Y 1/2 0 1/2, Λ₀ K K 0, Q₀ 1-K 1-K 1, G₀ 1/2-J 1-J 1/2, H₀ 1/2+J J 1/2, L 1/2 1/2 1/2',
    path: 'Γ T Z Y Γ Λ₀ | Q₀ Z | T G₀ | H₀ Y | Γ L',
  },
  oF3: {
    parameters: ({ a, b, c }) => {
      const H = (1 + (a * a) / b / b - (a * a) / c / c) / 4;
      const K = (1 + (b * b) / a / a - (b * b) / c / c) / 4;
      const P = (1 + (c * c) / b / b - (c * c) / a / a) / 4;
      return { H, K, P };
    },
    points:
      'Γ 0 0 0, T 0 1/2 1/2, Z 1/2 1/2 0, Y 1/2 0 1/2, A₀ 1/2 1/2+H H, C₀ 1/2 1/2-H 1-H, B₀ 1/2+K 1/2 K, D₀ 1/2-K 1/2 1-K, G₀ P 1/2+P 1/2, H₀ 1-P 1/2-P 1/2, L 1/2 1/2 1/2',
    path: 'Γ Y C₀ | A₀ Z B₀ | D₀ T G₀ | H₀ Y | T Γ Z | Γ L',
  },
  oI1: {
    parameters: ({ a, b, c }) => {
      const Z = (1 + (a * a) / c / c) / 4;
      const H = (1 + (b * b) / c / c) / 4;
      return { Z, H };
    },
    points:
      'Γ 0 0 0, X 1/2 1/2 -1/2, S 1/2 0 0, R 0 1/2 0, T 0 0 1/2, W 1/4 1/4 1/4, Σ₀ -Z Z Z, F₂ Z 1-Z -Z, Y₀ H -H H, U₀ 1-H H -H',
    path: 'Γ X F₂ | Σ₀ Γ Y₀ | U₀ X | Γ R W S Γ T W',
  },
  oC1: {
    parameters: ({ a, b }) => {
      const X = (1 + (a * a) / b / b) / 4;
      return { X };
    },
    points:
      'Γ 0 0 0, Y -1/2 1/2 0, T -1/2 1/2 1/2, Z 0 0 1/2, S 0 1/2 0, R 0 1/2 1/2, Σ₀ X X 0, C₀ -X 1-X 0, A₀ X X 1/2, E₀ -X 1-X 1/2',
    path: 'Γ Y C₀ | Σ₀ Γ Z A₀ | E₀ T Y | Γ S R Z T',
  },
  hP1: {
    points: 'Γ 0 0 0, A 0 0 1/2, K 1/3 1/3 0, H 1/3 1/3 1/2, H₂ 1/3 1/3 -1/2, M 1/2 0 0, L 1/2 0 1/2',
    path: 'Γ M K Γ A L H A | L M | H K H₂',
  },
  hP2: {
    points: 'Γ 0 0 0, A 0 0 1/2, K 1/3 1/3 0, H 1/3 1/3 1/2, M 1/2 0 0, L 1/2 0 1/2',
    path: 'Γ M K Γ A L H A | L M | H K',
  },
  hR1: {
    parameters: ({ a, c }) => {
      const D = (a * a) / 4 / c / c;
      const Y = 5 / 6 - 2 * D;
      const N = 1 / 3 + D;
      return { Y, N };
    },
    points:
      'Γ 0 0 0, T 1/2 1/2 1/2, L 1/2 0 0, F 1/2 0 1/2, S₀ N -N 0, S₂ 1-N 0 N, H₀ 1/2 -1+Y 1-Y, H₂ Y 1-Y 1/2',
    path: 'Γ T H₂ | H₀ L Γ S₀ | S₂ F Γ',
  },
  hR2: {
    parameters: ({ a, c }) => {
      const Z = 1 / 6 - (c * c) / 9 / a / a;
      const H = 1 / 2 - 2 * Z;
      return { H };
    },
    points: 'Γ 0 0 0, T 1/2 -1/2 1/2, P₀ H -1+H H, P₂ H H H, L 1/2 0 0, F 1/2 -1/2 0',
    path: 'Γ L T P₀ | P₂ Γ F',
  },
  mP1: {
    points:
      'Γ 0 0 0, Z 0 1/2 0, B 0 0 1/2, Y₂ -1/2 0 0, C₂ -1/2 1/2 0, D 0 1/2 1/2, A -1/2 0 1/2, E -1/2 1/2 1/2',
    path: 'Γ Z D B Γ A E Z C₂ Y₂ Γ',
  },
  mC1: {
    parameters: ({ a, b, c, cosBeta, sinBeta }) => {
      const S = 3 / 4 - (b * b) / 4 / a / a / sinBeta / sinBeta;
      const P = S - ((3 / 4 - S) * a * cosBeta) / c;
      return { S, P };
    },
    points:
      'Γ 0 0 0, Y₂ -1/2 1/2 0, A 0 0 1/2, M₂ -1/2 1/2 1/2, V₂ 0 1/2 0, L₂ 0 1/2 1/2, C 1-S 1-S 0, C₂ -1+S S 0, D -1+P P 1/2, D₂ 1-P 1-P 1/2',
    path: 'Γ C | C₂ Y₂ Γ M₂ D | D₂ A Γ | L₂ Γ V₂',
  },
  mC2: {
    points: 'Γ 0 0 0, Y 1/2 1/2 0, A 0 0 1/2, M 1/2 1/2 1/2, V₂ 0 1/2 0, L₂ 0 1/2 1/2',
    path: 'Γ Y M A Γ | L₂ Γ V₂',
  },
  mC3: {
    parameters: ({ a, b, c, cosBeta, sinBeta }) => {
      const Z = ((a * a) / b / b + (1 + (a / c) * cosBeta) / sinBeta / sinBeta) / 4;
      const R = 1 - (Z * b * b) / a / a;
      return { Z, R };
    },
    points:
      'Γ 0 0 0, Y 1/2 1/2 0, A 0 0 1/2, M₂ -1/2 1/2 1/2, V₂ 0 1/2 0, L₂ 0 1/2 1/2, I -1+R R 1/2, I₂ 1-R 1-R 1/2',
    path: 'Γ A I₂ | I M₂ Γ Y | L₂ Γ V₂',
  },
  aP2: {
    points: 'Γ 0 0 0, Z 0 0 1/2, Y 0 1/2 0, X 1/2 0 0, V 1/2 1/2 0, U 1/2 0 1/2, T 0 1/2 1/2, R 1/2 1/2 1/2',
    path: 'Γ X | Y Γ Z | R Γ T | U Γ V',
  },
  aP3: {
    points:
      'Γ 0 0 0, Z 0 0 1/2, Y 0 1/2 0, X 1/2 0 0, V₂ 1/2 -1/2 0, U₂ -1/2 0 1/2, T₂ 0 -1/2 1/2, R₂ -1/2 -1/2 1/2',
    path: 'Γ X | Y Γ Z | R₂ Γ T₂ | U₂ Γ V₂',
  },
} as const satisfies Readonly<Record<string, PathTable>>;

export type PathName = keyof typeof PATH_TABLES;
