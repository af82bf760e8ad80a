/** Reduced formula with the species in the order in which they come: `SnSe`, `BaTiO3`. */
export function reducedFormula(species: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const symbol of species) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const divisor = [...counts.values()].reduce(greatestCommonDivisor, 0);
  return [...counts]
    .map(([symbol, count]) => `${symbol}${count === divisor ? '' : count / divisor}`)
    .join('');
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
