/** The compiled program: what is measured is what people run. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const compiled = pathToFileURL(`${resolve(process.env.ANHARMONY_DIST ?? 'dist')}/`);

/** A module of the compiled program, by its path below src/. */
export const load = (path) => import(new URL(`src/${path}`, compiled).href);
