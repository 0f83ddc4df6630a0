import { pubsubContract } from '../../contract/pubsub-contract.js';
import { transportContract } from '../../contract/transport-contract.js';
import { simFlock } from './sim-flock.js';

transportContract('simulated network', simFlock);
pubsubContract('simulated network', (size) => simFlock(size));
