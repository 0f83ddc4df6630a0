import { holding } from '../holding.js';

export default holding(false);
