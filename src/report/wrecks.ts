/** What became of wrecked trajectories, a sentence; undefined where there were none. */
export function wreckText(wrecks: number): string | undefined {
  if (wrecks === 0) return undefined;
  const times = wrecks === 1 ? 'once' : wrecks === 2 ? 'twice' : `${wrecks} times`;
  return `MD blew up ${times}; a walker then goes back to the last multiple of 100 steps, and the structure there is labelled.`;
}
