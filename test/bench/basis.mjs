/** Time and memory of a basis: node test/bench/basis.mjs Si|BAs|SnSe */
import { clusterSpaceOf } from './crystals.mjs';
import { deliver, peakMemory, processorSeconds } from './measure.mjs';

const [name = 'Si'] = process.argv.slice(2);
let space;
const seconds = processorSeconds(() => {
  ({ space } = clusterSpaceOf(name));
});
deliver({ name, parameters: space.parameters, seconds, memory: peakMemory() });
