import { CoveyError } from '../kernel/errors.js';
import { checkedCommand, checkedUrl } from '../notify.js';
import type { JobSpec } from '../tasks/spec.js';
import type { SubmitBody } from './schema.js';

/** @throws CoveyError `usage` for what is no command, or no URL that takes a POST */
export function notifyOf({ notify }: SubmitBody): Pick<JobSpec, 'notify'> {
  if (!notify) return {};
  const { command, url } = notify;
  if (command === undefined && url === undefined)
    throw new CoveyError('usage', 'notify names nobody', 'give it a command or a url');
  return {
    notify: {
      ...(command === undefined ? {} : { command: checkedCommand(command) }),
      ...(url === undefined ? {} : { url: checkedUrl(url) }),
    },
  };
}
