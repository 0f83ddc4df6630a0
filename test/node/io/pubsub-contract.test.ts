import { pubsubContract } from '../../contract/pubsub-contract.js';
import { realFlock } from './real-flock.js';

pubsubContract('libp2p', realFlock);
