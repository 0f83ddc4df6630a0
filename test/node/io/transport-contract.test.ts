import { transportContract } from '../../contract/transport-contract.js';
import { realFlock } from './real-flock.js';

transportContract('libp2p', realFlock);
