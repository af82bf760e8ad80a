export { forces } from './forces';
export { design32, design64 } from './design';
export { errorProduct } from './errorProduct';
export { addProduct, solveRows } from './linalg';
export { peak32 } from './peak';
