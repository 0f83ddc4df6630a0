/** A rule of the register left out: changes of text in the machine's files, each of which fits exactly once. */
export interface RegisterMutant {
  readonly name: string;
  /** Of register.md. */
  readonly rule: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
  /** Sets on which the environment tries creates besides the right one: a bug of the gateway, not of the machine. */
  readonly otherSets?: readonly (readonly number[])[];
}
