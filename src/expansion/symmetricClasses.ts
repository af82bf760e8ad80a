import { componentCount, componentDigits, placeValues } from './tensors.js';

/** Components of a tensor that permutations of equal sites map onto each other. */
export interface SymmetricClasses {
  readonly count: number;
  /** [3ⁿ] from component to class, many-to-one. */
  readonly classOf: Int32Array;
  /** [count] smallest component of each class: its indices ascend within each run of equal sites. */
  readonly representative: Int32Array;
  /** [count] */
  readonly size: Int32Array;
  readonly members: readonly (readonly number[])[];
}

/** `repeats` is [n], the number of the distinct site at each position; equal sites are neighbours. */
export function symmetricClasses(order: number, repeats: Int32Array): SymmetricClasses {
  const total = componentCount(order);
  const places = placeValues(order);
  const classOf = new Int32Array(total);
  const representative: number[] = [];
  const members: number[][] = [];
  const digits = new Int32Array(order);
  for (let component = 0; component < total; component++) {
    sortWithinRuns(componentDigits(component, order, digits), repeats);
    const smallest = digits.reduce((sum, d, k) => sum + d * places[k], 0);
    if (smallest === component) {
      classOf[component] = members.length;
      representative.push(component);
      members.push([component]);
    } else {
      classOf[component] = classOf[smallest];
      members[classOf[component]].push(component);
    }
  }
  return {
    count: members.length,
    classOf,
    representative: Int32Array.from(representative),
    size: Int32Array.from(members, (m) => m.length),
    members,
  };
}

function sortWithinRuns(digits: Int32Array, repeats: Int32Array): void {
  for (let k = 1; k < digits.length; k++) {
    const digit = digits[k];
    let slot = k;
    while (slot > 0 && repeats[slot - 1] === repeats[k] && digits[slot - 1] > digit) {
      digits[slot] = digits[slot - 1];
      slot--;
    }
    digits[slot] = digit;
  }
}
