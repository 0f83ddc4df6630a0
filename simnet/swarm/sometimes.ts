/**
 * States that a swarm must have reached now and then, or it proves little: each is a place where the machines have something
 * to get wrong. After the coverage marks of TigerBeetle and the `sometimes` assertions of Antithesis, but seen from outside:
 * no line of the product knows of them.
 */
export const SOMETIMES = {
  'offer refused': 'a node had no room for what it was offered',
  'offer repeated': 'an offer came again, and was answered again',
  'offer revoked': 'a coordinator gave up an offer',
  'revoked attempt was held': 'who had such an attempt was told to end it',
  'revoked attempt was unknown': 'a node was told to end what it did not hold',
  'stale result': 'a result came under an epoch that was given up',
  'result by a lost attempt': 'the watchdog struck, and the node told so',
  'cancelled in a queue': 'a task was called back before it had started',
  'killed the hard way': 'an attempt that did not end when asked was killed',
  'create answered from memory': 'a job was created a second time',
  'items were missing': "a home had forgotten a job's lines",
  'steal given': 'an idle node was given tasks',
  'steal in vain': 'a node that was asked for work had none',
  'thief served from what waits': 'a thief was offered tasks that had no executor yet',
  'victim died': 'a node died within a second of giving tasks to a thief',
  'thief died': 'a thief died within a second of being given tasks',
  'held tasks taken up': 'a coordinator that restarted was told what is held of its shards',
  'held attempt ran on': 'one of these was running',
  'coordinator restarted': 'a node came back that had died with unfinished tasks',
  'died with a queue': 'a node died between accepting tasks and starting them',
  'disk failed': 'a node could not write, and kept what it had to',
  poisoned: 'a task took its node with it',
  'all down': 'no node was up',
  'suspicion refuted': 'a node said that it is alive, contrary to what is said',
  'false death': 'two nodes were up, and one believed the other dead',
  'split healed': 'two nodes that believed each other dead met again',
  'went on alone': 'a survivor opened registers without a majority',
  'newcomer worked': 'a node that joined in the middle ran something',
  'left with tasks': 'a node that left handed tasks back',
  'rerun after a death': 'a task whose attempt died ran again',
  'concurrent attempts': 'two attempts of one task ran at one time',
  'failed by retries': 'a task failed as often as it may',
  'failed by crashes': 'a task was given up that had been running on too many dying nodes',
  'timed out': 'a task took too long',
  'cancelled before its start': 'a cancelled task never ran',
  'cancel too late': 'a task ended of itself while it was being cancelled',
  'key repeated': 'a submission was answered by the job that was there',
  'key in conflict': 'another job had the key',
  'unknown outcome': 'a gateway had to say that it does not know',
  'gateway died, key retried': 'a client lost its gateway, tried again, and was accepted',
  'refused for now': 'a gateway took nothing, and said so',
} as const;

export type Mark = keyof typeof SOMETIMES;
export const MARKS = Object.keys(SOMETIMES) as Mark[];
