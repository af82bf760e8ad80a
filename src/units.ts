/**
 * Internal units: Å, eV, amu, K, fs. These constants are used where a formula mixes them, and at the edges
 * where a file format or a program demands another unit. CODATA 2018.
 */

/** Boltzmann constant, eV/K. */
export const BOLTZMANN = 8.617333262e-5;
/** (eV/Å/amu) in Å/fs²: acceleration = FORCE_TO_ACCELERATION · force / mass. */
export const FORCE_TO_ACCELERATION = 9.648533212331e-3;
/** amu·Å²/fs² in eV: kinetic energy = ½ · MASS_VELOCITY2_TO_ENERGY · m v². */
export const MASS_VELOCITY2_TO_ENERGY = 1 / FORCE_TO_ACCELERATION;
/** Angular frequency in rad/fs to frequency in THz. */
export const RAD_PER_FS_TO_THZ = 1e3 / (2 * Math.PI);
/** THz to cm⁻¹. */
export const THZ_TO_WAVENUMBER = 33.35640951981521;
/** Reduced Planck constant, eV·fs. */
export const HBAR = 0.6582119569;
/** eV/Å to meV/Å, for everything a person reads. */
export const TO_MEV = 1e3;
/** Bohr radius, Å. */
export const BOHR = 0.529177210903;
/** Hartree, eV. */
export const HARTREE = 27.211386245988;
