import { Type } from './schema.js';

/** Priorities are whole numbers from -100 to 100; where none is given it is 0. */
export const PRIORITY_MAX = 100;
export const DEFAULT_PRIORITY = 0;

export const PrioritySchema = Type.Integer({ minimum: -PRIORITY_MAX, maximum: PRIORITY_MAX });
