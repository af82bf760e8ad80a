// Run on a disk that is nearly full: writes objects until one is refused, and reports what it met as one JSON line.

import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { StoreError } from '../../src/store/errors.js';
import { openFolderStore } from '../../src/store/folderStore.js';

const folder = process.argv[2];
const size = Number(process.argv[3]);
const faultOf = (error: unknown) => (error instanceof StoreError ? error.fault : String(error));
const store = await openFolderStore(`${folder}/store`).catch((error: unknown) => {
  console.log(JSON.stringify({ opened: faultOf(error) }));
  process.exit();
});
const kept = [];
let refused: unknown;
for (let i = 0; i < 100 && refused === undefined; i++) {
  try {
    kept.push(await store.put('trace', new Uint8Array(size).fill(i)));
  } catch (error) {
    refused = error;
  }
}
let result: unknown;
try {
  await writeFileAtomic(`${folder}/result.json`, new Uint8Array(size));
} catch (error) {
  result = error;
}
const intact = await Promise.all(kept.map((ref) => store.get(ref)));
console.log(JSON.stringify({ kept: intact.length, refused: faultOf(refused), result: faultOf(result) }));
