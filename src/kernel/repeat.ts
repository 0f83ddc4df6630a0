/**
 * The header of a submission that is sent again after no answer came, or a doubtful one: `unknown`, or the `repeat` of the
 * problem that was answered. It names the replicas on which the job was tried, since an id is tried on one set only
 * (register.md, rule 6).
 */
export const REPEAT_HEADER = 'covey-repeat';
