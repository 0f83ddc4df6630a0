/** One measured figure, and what it is held to. */
export interface Row {
  readonly name: string;
  readonly figure: number;
  /** As in `ns`, `ms`, `tasks/s`, `x ideal`. */
  readonly unit: string;
  readonly target?: number;
  readonly better: 'less' | 'more';
  /** What else was measured in the same run, for comparison. */
  readonly beside?: string;
}
