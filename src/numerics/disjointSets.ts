/** Disjoint sets of 0 … n−1 (union–find with path halving); the root of a set is its smallest element. */
export interface DisjointSets {
  find(element: number): number;
  join(a: number, b: number): void;
}

export function disjointSets(n: number): DisjointSets {
  const parent = Int32Array.from({ length: n }, (_, k) => k);
  const find = (element: number): number => {
    let e = element;
    while (parent[e] !== e) {
      parent[e] = parent[parent[e]];
      e = parent[e];
    }
    return e;
  };
  const join = (a: number, b: number): void => {
    const x = find(a);
    const y = find(b);
    if (x < y) parent[y] = x;
    else parent[x] = y;
  };
  return { find, join };
}

/** Members of each set, ascending, sets by their smallest element. */
export function setMembers(sets: DisjointSets, n: number): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (let e = 0; e < n; e++) {
    const root = sets.find(e);
    const list = members.get(root);
    if (list === undefined) members.set(root, [e]);
    else list.push(e);
  }
  return [...members.values()];
}
