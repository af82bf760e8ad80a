export { campaign } from './campaign.js';
