import { SaxesParser } from 'saxes';
import { parseVasprun } from '../../../crystal/formats/vasprun.js';
import type { CodeSettings, SettingValue } from '../../ladder.js';
import type { ReferenceStructure } from '../../types.js';

/** What VASP says in its vasprun.xml: atoms in its own order, eV and Å. */
export interface VaspOutput {
  /** E.g. `VASP 6.2.0`. */
  readonly program: string;
  /** Ionic steps, complete ones. */
  readonly calculations: number;
  /** Electronic steps of the last ionic one. */
  readonly steps: number;
  /** Absent where the electrons did not converge. */
  readonly label?: {
    /** `e_fr_energy`, of which the forces are the derivatives, eV. */
    readonly energy: number;
    /** [3·atoms] eV/Å */
    readonly forces: Float64Array;
    readonly structure: ReferenceStructure;
  };
  /** What is wrong with the last ionic step or with the file's end. */
  readonly refused: readonly string[];
  /** Tags as VASP used them, under the names in its `<parameters>`. */
  readonly parameters: CodeSettings;
  /** Tags as INCAR had them. */
  readonly incar: CodeSettings;
  /** The first of POTCAR's titles for each species, in the order in which VASP has them. */
  readonly titles: readonly string[];
  readonly kpoints: number;
  /** How they were made; absent where INCAR or KPOINTS listed them. */
  readonly mesh?: VaspMesh;
}

/** Divisions of the reciprocal lattice vectors, and how far the mesh is from Γ in parts of a division. */
export interface VaspMesh {
  readonly divisions: readonly number[];
  readonly shift: readonly number[];
}

/** Throws `InputError` for what is no vasprun.xml or holds no ionic step. */
export function readVaspOutput(text: string): VaspOutput {
  const { frames, refused, version } = parseVasprun(text, 'vasprun.xml');
  const header = readHeader(text);
  const last = frames.at(-1);
  return {
    program: `VASP ${version}`,
    ...header,
    ...(last?.step === header.calculations && {
      label: { energy: last.energy, forces: last.forces, structure: last },
    }),
    refused: refused.map(({ message, got }) => (got === undefined ? message : `${message}: ${got}`)),
  };
}

type Header = Omit<VaspOutput, 'program' | 'label' | 'refused'>;

/** All but the ionic steps themselves; of a file that was cut, as far as it goes. */
export function readHeader(text: string): Header {
  const parameters: Record<string, SettingValue> = {};
  const incar: Record<string, SettingValue> = {};
  const titles: string[] = [];
  let [calculations, steps, kpoints] = [0, 0, 0];
  const generation = new Map<string, string>();
  const path: string[] = [];
  let tag: { readonly name: string; readonly type: string } | undefined;
  let current = '';
  const within = (element: string): boolean => path.includes(element);
  const parser = new SaxesParser();
  // A file that was cut is read as far as it goes: parseVasprun has said so.
  parser.on('error', () => {});
  parser.on('opentag', ({ name, attributes }) => {
    const { name: label = '', type = 'float' } = attributes;
    path.push(label === '' ? name : `${name}:${label.trim()}`);
    current = '';
    tag = name === 'i' ? { name: label.trim(), type } : undefined;
    if (name === 'calculation') steps = 0;
    else if (name === 'scstep') steps++;
    else if (name === 'v' && within('varray:kpointlist')) kpoints++;
    else if (name === 'generation') generation.set('param', attributes.param ?? '');
  });
  parser.on('text', (value) => {
    current += value;
  });
  parser.on('closetag', ({ name }) => {
    // The first value of a name counts: VASP repeats NELM for its response functions.
    if (tag && within('parameters') && !Object.hasOwn(parameters, tag.name))
      parameters[tag.name] = parsed(tag.type, current.trim());
    if (tag && within('incar')) incar[tag.name] = parsed(tag.type, current.trim());
    if (name === 'v' && within('generation')) generation.set(path[path.length - 1], current);
    if (name === 'c' && within('array:atomtypes')) titles.push(current.trim().replace(/\s+/g, ' '));
    if (name === 'calculation') calculations++;
    tag = undefined;
    current = '';
    path.pop();
  });
  parser.write(text);
  // Five columns for each species; the last is the title.
  const mesh = meshOf(generation);
  return {
    calculations,
    steps,
    parameters,
    incar,
    titles: titles.filter((_, i) => i % 5 === 4),
    kpoints,
    ...(mesh && { mesh }),
  };
}

/** Monkhorst and Pack's meshes of even divisions lie half a division beside Γ. */
function meshOf(generation: ReadonlyMap<string, string>): VaspMesh | undefined {
  const numbers = (name: string) => generation.get(name)?.trim().split(/\s+/).map(Number);
  const divisions = numbers('v:divisions');
  const param = generation.get('param') ?? '';
  if (divisions === undefined || !/^(monkhorst|gamma)/i.test(param)) return undefined;
  const own = numbers('v:usershift') ?? [0, 0, 0];
  const beside = (n: number) => (/^m/i.test(param) && n % 2 === 0 ? 0.5 : 0);
  return { divisions, shift: divisions.map((n, i) => (own[i] + beside(n)) % 1) };
}

function parsed(type: string, text: string): SettingValue {
  if (type === 'logical') return /^\.?t/i.test(text);
  return type === 'string' ? text : Number(text);
}
