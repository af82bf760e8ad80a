// Builds src/numerics/kernels/kernels.wasm from its AssemblyScript sources: node scripts/build-kernels.mjs [output]
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = new URL('../src/numerics/kernels/', import.meta.url);

/** Compiles the kernels and returns the module's bytes; throws with the compiler's messages. */
export async function buildKernels() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['--baseDir', fileURLToPath(new URL('assembly/', folder))],
      ...[
        '--outFile',
        'kernels.wasm',
        '--runtime',
        'stub',
        '--importMemory',
        '--initialMemory',
        '1',
        '--sharedMemory',
      ],
      ...[
        '--maximumMemory',
        '65536',
        '--enable',
        'simd',
        '--enable',
        'threads',
        '-O3',
        '--noAssert',
        '--converge',
        '--use',
        'abort=',
      ],
    ],
    {
      writeFile(_name, contents) {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`the kernels do not compile: ${error.message}\n${stderr.toString()}`);
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const output = process.argv[2] ?? fileURLToPath(new URL('kernels.wasm', folder));
  writeFileSync(output, await buildKernels());
}
