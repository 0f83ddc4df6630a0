import { config } from 'chai';

/** Of what differs all is shown: a failure may not come twice. */
config.truncateThreshold = 0;
