import { pino, type Logger } from 'pino';

/** On stderr. Where that cannot be written (its disk is full), what is said is lost, and nothing else. */
export function logTo(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true });
  destination.on('error', () => undefined);
  return pino({ level, base: null }, destination);
}
