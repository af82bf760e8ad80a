/** One `<calculation>`: an ionic step as it stands in the file, numbers still as text. */
export interface VasprunStep {
  /** `file:line` of its beginning. */
  readonly where: string;
  readonly basis: readonly string[];
  readonly positions: readonly string[];
  readonly forces: readonly string[];
  readonly energy: string | undefined;
  /** Free energy after each electronic step, eV. */
  readonly electronicEnergies: readonly number[];
}

interface OpenStep {
  readonly where: string;
  basis: string[];
  positions: string[];
  forces: string[];
  energy: string | undefined;
  electronicEnergies: number[];
}

/** VASP's defaults. */
const NELM = 60;
const EDIFF = 1e-4;

/** Picks what labels need out of the elements of a vasprun.xml, and keeps nothing else (the rest may be gigabytes). */
export class VasprunHandler {
  readonly steps: VasprunStep[] = [];
  readonly species: string[] = [];
  version = '';
  #electronicSteps: number | undefined;
  #energyTolerance: number | undefined;
  /** Names of open elements, those of arrays and values with their `name`: `varray:forces`. */
  readonly #path: string[] = [];
  #text: string | undefined;
  #step: OpenStep | undefined;
  #cells = 0;

  /** NELM: INCAR's, else the first that `<parameters>` give. */
  get electronicSteps(): number {
    return this.#electronicSteps ?? NELM;
  }

  /** EDIFF, eV. */
  get energyTolerance(): number {
    return this.#energyTolerance ?? EDIFF;
  }

  open(name: string, attributes: Readonly<Record<string, string>>, where: string): void {
    const named = attributes.name?.trim();
    this.#path.push(named === undefined ? name : `${name}:${named}`);
    if (name === 'calculation') {
      this.#step = { where, basis: [], positions: [], forces: [], energy: undefined, electronicEnergies: [] };
    }
    if (name === 'rc') this.#cells = 0;
    this.#text = name === 'v' || name === 'i' || name === 'c' ? '' : undefined;
  }

  text(value: string): void {
    if (this.#text !== undefined) this.#text += value;
  }

  close(name: string): void {
    const text = this.#text;
    this.#text = undefined;
    if (text !== undefined) this.#value(this.#path[this.#path.length - 1], text);
    this.#path.pop();
    if (name === 'calculation' && this.#step) {
      this.steps.push(this.#step);
      this.#step = undefined;
    }
  }

  #value(element: string, text: string): void {
    const parent = this.#path[this.#path.length - 2] ?? '';
    if (this.#step) this.#stepValue(this.#step, element, parent, text);
    else if (element === 'c') this.#atom(text);
    else if (element === 'i:NELM') this.#electronicSteps ??= Number(text);
    else if (element === 'i:EDIFF') this.#energyTolerance ??= Number(text);
    else if (element === 'i:version' && parent === 'generator') this.version = text.trim();
  }

  #stepValue(step: OpenStep, element: string, parent: string, text: string): void {
    if (element === 'v') {
      if (parent === 'varray:forces') step.forces.push(text);
      else if (parent === 'varray:basis') step.basis.push(text);
      else if (parent === 'varray:positions') step.positions.push(text);
      return;
    }
    if (element !== 'i:e_fr_energy' || parent !== 'energy') return;
    if (this.#path.includes('scstep')) step.electronicEnergies.push(Number(text));
    else step.energy = text;
  }

  /** Atoms stand as `<rc><c>Ba</c><c>1</c></rc>` in the array `atoms`: the first column is the element. */
  #atom(text: string): void {
    if (!this.#path.includes('array:atoms')) return;
    if (this.#cells++ === 0) this.species.push(text.trim());
  }
}
