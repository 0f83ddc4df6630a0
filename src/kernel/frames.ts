/** Who accepts this gets output in frames: a line of JSON, then as many bytes as that says. */
export const FRAMES = 'application/vnd.covey.frames';

export interface FrameHead {
  /** Of the frame's first byte, in what the attempt wrote. */
  readonly offset: number;
  readonly bytes: number;
  /** The attempt, as the parameter `at` takes it to go on from here. */
  readonly at?: string;
  /** What is to be said to a reader before these bytes: some are missing, or another attempt begins. */
  readonly mark?: string;
}
