import { once } from 'node:events';
import { TextDecoder } from 'node:util';
import type { Flock, JobLog } from '../client/index.js';
import type { Context } from './command.js';
import { LineTags } from './line-tags.js';
import type { PrintOptions } from './output.js';

/** Prints what all tasks of a job write, as they write it, each line with its task; ends with the job. */
export async function followJob(context: Context, flock: Flock, job: string, options: PrintOptions): Promise<void> {
  const { io, out } = context;
  const lines = new LineTags();
  const decoders = new Map<string, TextDecoder>();
  for await (const log of flock.jobLogs(job, { streams: options.streams, signal: options.signal })) {
    const { task, stream, data, isLast, gone } = log;
    if (gone) options.onGone(task, gone);
    if (out.json) {
      const text = decoded(decoders, log);
      if (text !== '') out.object({ task, stream, data: text });
      continue;
    }
    const tagged = lines.tag(`${task} ${stream}`, `[${task.slice(task.indexOf('/') + 1)}] `, data, isLast);
    if (tagged.length > 0 && !io[stream].write(tagged)) await once(io[stream], 'drain', { signal: options.signal });
  }
}

/** As text; a character that was cut between two pieces is kept whole. */
function decoded(decoders: Map<string, TextDecoder>, { task, stream, data, isLast }: JobLog): string {
  const who = `${task} ${stream}`;
  const decoder = decoders.get(who) ?? new TextDecoder();
  if (isLast) decoders.delete(who);
  else decoders.set(who, decoder);
  return decoder.decode(data, { stream: !isLast });
}
