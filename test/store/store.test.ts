import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderStore } from '../../src/store/folderStore.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import { storeConformance } from '../conformance/store.js';

storeConformance('folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anharmony-store-'));
  return {
    store: await openFolderStore(folder),
    reopen: () => openFolderStore(folder),
    close: () => rm(folder, { recursive: true }),
  };
});

storeConformance('memory', async () => ({ store: openMemoryStore(), close: async () => undefined }));
