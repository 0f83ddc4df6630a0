import type { Command } from 'commander';
import type { SubmitBody } from '../client/index.js';
import { checkedCommand, checkedUrl } from '../notify.js';
import { defined, option } from './options.js';

/** Who is told of a job's end. */
export interface NotifyOptions {
  readonly notify?: string;
  readonly notifyUrl?: string;
}

export function addNotifyOptions(command: Command): void {
  option(
    command,
    '--notify <command>',
    'when all of it has ended, however it ended, run this text by /bin/sh -c, with COVEY_JOB, COVEY_STATE, … of it',
    checkedCommand,
  );
  option(
    command,
    '--notify-url <url>',
    'when all of it has ended, POST how as JSON to this http or https URL',
    checkedUrl,
  );
}

export function notifyOf({ notify: command, notifyUrl: url }: NotifyOptions): Pick<SubmitBody, 'notify'> {
  if (command === undefined && url === undefined) return {};
  return { notify: defined({ command, url }) };
}
