import { CoveyError } from './kernel/errors.js';
import { NOTIFY_MAX } from './kernel/notify.js';

/** @throws CoveyError `usage` for what is no command for a shell */
export function checkedCommand(text: string): string {
  if (text.trim() === '' || text.trim() === '--')
    throw new CoveyError('usage', 'there is no command to notify by', 'write one text, as in --notify "./tell.sh"');
  if (text.includes('\0')) throw new CoveyError('usage', 'the command contains a NUL character');
  refuseLong(text, NOTIFY_MAX.command, 'put it into a script');
  return text;
}

/** @throws CoveyError `usage` for what no POST can be sent to */
export function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    const hint = 'write https://example.org/done, say';
    throw new CoveyError('usage', `${JSON.stringify(text)} is no http or https URL`, hint);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CoveyError(
      'usage',
      'a URL to notify takes no user name or password',
      'put a token into its path or query',
    );
  }
  refuseLong(text, NOTIFY_MAX.url, undefined);
  return text;
}

function refuseLong({ length }: string, max: number, hint: string | undefined): void {
  if (length > max) throw new CoveyError('usage', `it has ${length} characters; at most ${max} are taken`, hint);
}
