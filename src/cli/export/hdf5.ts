import type { Dataset } from '../../forcefield/exports/types.js';

/** Writes an HDF5 file with the given arrays (the HDF5 library itself, compiled to WebAssembly; loaded only here). */
export async function writeHdf5(path: string, datasets: readonly Dataset[]): Promise<void> {
  const { default: hdf5 } = await import('h5wasm/node');
  await hdf5.ready;
  const file = new hdf5.File(path, 'w');
  try {
    for (const { name, shape, data } of datasets) {
      file.create_dataset({
        name,
        data,
        shape: [...shape],
        dtype: data instanceof Int32Array ? '<i' : '<d',
      });
    }
  } finally {
    file.close();
  }
}
