import { record, Type } from '../../kernel/schema.js';
import { integer, meaning, string, type View } from './parts.js';

export const ProblemSchema = record({
  type: string(),
  title: string(),
  status: integer(),
  code: meaning('What went wrong, in a word that a program can test.', string()),
  detail: string(),
  hint: Type.Optional(meaning('What to do.', string())),
  repeat: Type.Optional(
    meaning('Of a submission whose outcome is not known: what a repeat sends as its header covey-repeat.', string()),
  ),
});
/** Every error: application/problem+json (RFC 9457) with covey's code and hint. */
export interface Problem extends View<typeof ProblemSchema> {}
