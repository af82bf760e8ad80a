/** Removes the mass-weighted mean from a vector field [3·atoms] (velocities: the total momentum). */
export function removeCentreOfMass(field: Float64Array, masses: Float64Array): void {
  let total = 0;
  let x = 0;
  let y = 0;
  let z = 0;
  for (let i = 0; i < masses.length; i++) {
    const m = masses[i];
    total += m;
    x += m * field[3 * i];
    y += m * field[3 * i + 1];
    z += m * field[3 * i + 2];
  }
  x /= total;
  y /= total;
  z /= total;
  for (let i = 0; i < masses.length; i++) {
    field[3 * i] -= x;
    field[3 * i + 1] -= y;
    field[3 * i + 2] -= z;
  }
}
