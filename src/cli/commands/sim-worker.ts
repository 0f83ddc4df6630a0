import { parentPort, workerData } from 'node:worker_threads';
import { serve } from './sim-serve.js';
import type { SimTask } from './sim-protocol.js';

if (parentPort) serve(parentPort, workerData as SimTask);
