import { archive } from './archive.js';
import { displace } from './displace.js';
import { explore } from './explore.js';
import { label } from './label.js';
import { prepare } from './prepare.js';
import { publish } from './publish.js';
import { record } from './record.js';
import { refit } from './refit.js';
import { screen } from './screen.js';
import { take } from './take.js';
import { testSet } from './testSet.js';

export const tasks = {
  prepare,
  displace,
  take,
  screen,
  refit,
  archive,
  record,
  publish,
  explore,
  label,
  testSet,
} as const;
