import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers, writeFileAtomic } from '../../src/store/atomicFile.js';
import { CorruptArtifactError, MissingArtifactError, StoreError } from '../../src/store/errors.js';
import { openFolderStore } from '../../src/store/folderStore.js';
import type { Ref, Store } from '../../src/store/types.js';
import { type Bundle, bundleProgram } from '../support/bundle.js';

const text = (s: string) => new TextEncoder().encode(s);
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anharmony-store-'));
  store = await openFolderStore(join(folder, 'store'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const objectPath = (ref: Ref) => join(folder, 'store', 'objects', ref.hash.slice(0, 2), ref.hash.slice(2));

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const nested = entries.map((e) =>
    e.isDirectory() ? filesUnder(join(path, e.name)) : [join(path, e.name)],
  );
  return (await Promise.all(nested)).flat();
}

async function failure(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('folder store on disk', () => {
  it('is private to its user and leaves no temporary files', async () => {
    const ref = await store.put('label', text('secret'));
    await store.link('labels', 'k', ref);
    for (const path of await filesUnder(join(folder, 'store'))) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    }
    expect(await filesUnder(join(folder, 'store', 'temporary'))).toEqual([]);
  });

  it('writes objects that sha256sum verifies and links that are canonical JSON', async () => {
    const ref = await store.put('label', text('abc'));
    expect(execFileSync('sha256sum', [objectPath(ref)], { encoding: 'utf8' }).startsWith(ref.hash)).toBe(
      true,
    );
    await store.link('labels', 'k', ref);
    const [link] = await filesUnder(join(folder, 'store', 'links'));
    expect(await readFile(link, 'utf8')).toBe(`{"bytes":3,"hash":"${ref.hash}","kind":"label"}`);
  });

  it.each([
    [
      'a flipped bit',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[bytes.length >> 1] ^= 1;
        await writeFile(path, bytes);
      },
    ],
    ['a truncated file', (path: string) => truncate(path, 5)],
    ['an empty file', (path: string) => truncate(path, 0)],
    ['bytes that were added', (path: string) => writeFile(path, 'x', { flag: 'a' })],
    ['a file of zeros', (path: string) => writeFile(path, Buffer.alloc(1000))],
  ])('detects %s, names it, and heals it by a put of the right content', async (_, damage) => {
    const content = new Uint8Array(1000).fill(3);
    const ref = await store.put('checkpoint', content);
    await damage(objectPath(ref));
    const error = await failure(store.get(ref));
    expect(error).toBeInstanceOf(CorruptArtifactError);
    expect(String(error)).toContain('checkpoint');
    expect(String(error)).toContain(ref.hash);
    expect(String(error)).toContain(objectPath(ref));
    expect(await store.put('checkpoint', content)).toEqual(ref);
    expect(await store.get(ref)).toEqual(content);
  });

  it('does not follow a link that is torn or whose artifact is gone, and replaces it', async () => {
    const first = await store.put('label', text('first'));
    const second = await store.put('label', text('second'));
    await store.link('labels', 'k', first);
    const [link] = await filesUnder(join(folder, 'store', 'links'));
    await truncate(link, 10);
    expect(await store.resolve('labels', 'k')).toBeUndefined();
    expect(await store.link('labels', 'k', second)).toEqual(second);
    await rm(objectPath(second));
    expect(await store.resolve('labels', 'k')).toBeUndefined();
    expect(await store.link('labels', 'k', first)).toEqual(first);
    expect(await store.resolve('labels', 'k')).toEqual(first);
    const bytes = await readFile(objectPath(first));
    bytes[0] ^= 1;
    await writeFile(objectPath(first), bytes);
    expect(await store.resolve('labels', 'k')).toBeUndefined();
    const third = await store.put('label', text('third'));
    expect(await store.link('labels', 'k', third)).toEqual(third);
  });

  it('takes a store that is gone for a fault of the disk, not for an empty store', async () => {
    const ref = await store.put('label', text('here'));
    await store.link('labels', 'k', ref);
    const place = join(folder, 'store');
    await rename(place, `${place}-away`);
    const calls = [
      () => store.get(ref),
      () => store.has(ref),
      () => store.resolve('labels', 'k'),
      () => store.put('label', text('new')),
      () => store.link('labels', 'other', ref),
      () => openFolderStore(place, { mustExist: true }),
    ];
    for (const call of calls) expect(await failure(call())).toBeInstanceOf(StoreError);
    await rename(`${place}-away`, place);
    expect(await store.resolve('labels', 'k')).toEqual(ref);
    expect(await store.put('label', text('new'))).toMatchObject({ kind: 'label' });
  });

  it('refuses a hash or a namespace that would leave the folder', async () => {
    const hash = '../../../../etc/passwd';
    await expect(store.get({ kind: 'label', hash, bytes: 1 })).rejects.toThrow(TypeError);
    const ref = await store.put('label', text('x'));
    await expect(store.link('../x', 'k', ref)).rejects.toThrow(TypeError);
  });

  it('removes old leftovers of dead writers when opened, not those that may be in use', async () => {
    const temporary = join(folder, 'store', 'temporary');
    await writeFile(join(temporary, '.old.1.abc.tmp'), 'half');
    await writeFile(join(temporary, '.new.2.abc.tmp'), 'half');
    const yesterday = new Date(Date.now() - 2 * 86_400_000);
    await utimes(join(temporary, '.old.1.abc.tmp'), yesterday, yesterday);
    await openFolderStore(join(folder, 'store'));
    expect(await readdir(temporary)).toEqual(['.new.2.abc.tmp']);
  });

  it('says that an artifact is missing, not that the disk failed', async () => {
    const ref: Ref = { kind: 'gram', hash: '0'.repeat(64), bytes: 1 };
    expect(await failure(store.get(ref))).toBeInstanceOf(MissingArtifactError);
  });
});

describe('a disk that refuses', () => {
  it('a file where the folder should be', async () => {
    await writeFile(join(folder, 'file'), '');
    const error = await failure(openFolderStore(join(folder, 'file', 'store')));
    expect(error).toMatchObject({ fault: 'io', code: 'ENOTDIR' });
    expect((error as StoreError).hint).toContain('--home');
  });

  it('a file system that makes no folders', async () => {
    // Node 20's own recursive mkdir never returns here.
    const error = await failure(openFolderStore('/proc/anharmony/store'));
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).toContain('/proc/anharmony/store');
  });
});

describe('a disk that is full or read-only', () => {
  let program: Bundle;
  beforeAll(async () => {
    program = await bundleProgram('test/store/fillDisk.ts');
  });
  afterAll(() => program.remove());

  it('a limit on file sizes: the large object is refused, nothing of it stays', async () => {
    const command = 'ulimit -f 64 && exec "$0" "$1" "$2" 200000';
    const run = spawnSync('sh', ['-c', command, process.execPath, program.path, folder], {
      encoding: 'utf8',
    });
    expect(JSON.parse(run.stdout)).toEqual({ kept: 0, refused: 'full', result: 'full' });
    expect(await filesUnder(join(folder, 'store'))).toEqual([]);
    expect(await readdir(folder)).toEqual(['store']);
  });

  it('a folder without permission', async (context) => {
    await chmod(folder, 0o500);
    // Permissions do not bind root, so that the program runs as nobody there.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const options = { encoding: 'utf8', ...user } as const;
    const run = spawnSync(process.execPath, [program.path, join(folder, 'denied'), '1'], options);
    await chmod(folder, 0o700);
    if (run.stdout === '') return context.skip(`another user cannot run it here: ${run.stderr}`);
    expect(run.stdout.trim()).toBe('{"opened":"permission"}');
  });

  const mount = 'mount -t tmpfs -o size=512k tmpfs "$2" &&';
  const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;
  if (!canMount)
    console.warn(
      'SKIPPED: no user namespaces here; the tests with a really full and a read-only disk did not run',
    );
  it.skipIf(!canMount)('a read-only file system', () => {
    const command = 'mount -t tmpfs -o ro tmpfs "$2" && "$0" "$1" "$2" 1';
    const script = ['-rm', 'sh', '-c', command, process.execPath, program.path, folder];
    expect(spawnSync('unshare', script, { encoding: 'utf8' }).stdout.trim()).toBe('{"opened":"permission"}');
  });
  it.skipIf(!canMount)('a disk of 512 KiB: what was written stays whole, the rest is refused', async () => {
    const list = 'find "$2" -type f -size +0 | grep -c -v "/objects/"';
    const command = `${mount} "$0" "$1" "$2" 60000; ${list}`;
    const script = ['-rm', 'sh', '-c', command, process.execPath, program.path, folder];
    const run = spawnSync('unshare', script, { encoding: 'utf8' });
    const [report, others] = run.stdout.trim().split('\n');
    expect(JSON.parse(report)).toMatchObject({ refused: 'full', result: 'full' });
    expect(JSON.parse(report).kept).toBeGreaterThan(3);
    expect(others).toBe('0');
  });
});

describe('atomic files', () => {
  it('replaces a file as a whole and makes the folders on the way', async () => {
    const path = join(folder, 'runs', 'si', 'report.html');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(dirname(path))).toEqual(['report.html']);
  });

  it('leaves the old file when it cannot be replaced', async () => {
    const path = join(folder, 'folder');
    await mkdir(join(path, 'inside'), { recursive: true });
    expect(await failure(writeFileAtomic(path, 'x'))).toBeInstanceOf(StoreError);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await removeLeftovers(folder, 0, Date.now())).toBe(0);
  });
});
