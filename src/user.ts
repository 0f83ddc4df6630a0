import { userInfo } from 'node:os';

/** Who runs this process: a name, or the number of a user without an entry in the password file, as in containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
