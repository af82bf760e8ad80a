/** Preloaded into a program (`node --import`): notes its largest memory (MiB) and processor time (s) as it ends. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const memory = maxRSS / 1024;
  const processor = (userCPUTime + systemCPUTime) / 1e6;
  writeFileSync(process.env.PEAK_MEMORY_FILE, JSON.stringify({ memory, processor }));
});
