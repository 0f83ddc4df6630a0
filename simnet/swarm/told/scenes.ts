import type { FairWeather } from '../fair-weather.js';
import type { ToldName } from '../story.js';
import { failsAll } from './failing.js';
import { atATime, deadlineMoved, heldBack, timeoutMoved } from './limits.js';
import { eachTimeOnce } from './schedules.js';
import { headFirst, sharesKept } from './sharing.js';
import { longCut, strangers, unheardRumour } from './cuts.js';
import { cancelMeetsLateOffer, laterAttemptDies, outlivesTwoTakeovers } from './given-up.js';
import { keyOfTheAbsent, newcomersKey } from './keys.js';
import { lostAnswer, offerAgain, handedBackTwice, wordOvertaken, resultOnItsWay } from './offers.js';
import {
  heirKnowsNothing,
  minorityWord,
  missedAll,
  staysInformed,
  lateCreate,
  silenceThenRefusal,
} from './replicas.js';
import { freedSlots, cancelMeetsFailure, loadsKnown, waves } from './work.js';

export const TOLD_SCENES: Readonly<Record<ToldName, (fair: FairWeather) => void>> = {
  'long-cut': longCut,
  strangers: strangers,
  'unheard-rumour': unheardRumour,
  'lost-answer': lostAnswer,
  'offer-again': offerAgain,
  'handed-back-twice': handedBackTwice,
  'word-overtaken': wordOvertaken,
  'result-on-its-way': resultOnItsWay,
  'heir-knows-nothing': heirKnowsNothing,
  'missed-all': missedAll,
  'minority-word': minorityWord,
  'stays-informed': staysInformed,
  'late-create': lateCreate,
  'silence-then-refusal': silenceThenRefusal,
  'newcomers-key': newcomersKey,
  'key-of-the-absent': keyOfTheAbsent,
  'freed-slots': freedSlots,
  'cancel-meets-failure': cancelMeetsFailure,
  'cancel-meets-late-offer': cancelMeetsLateOffer,
  'later-attempt-dies': laterAttemptDies,
  'outlives-two-takeovers': outlivesTwoTakeovers,
  waves,
  'loads-known': loadsKnown,
  'at-a-time': atATime,
  'held-back': heldBack,
  'deadline-moved': deadlineMoved,
  'timeout-moved': timeoutMoved,
  'each-time-once': eachTimeOnce,
  'fails-all': failsAll,
  'head-first': headFirst,
  'shares-kept': sharesKept,
};
