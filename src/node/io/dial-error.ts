const WORDS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'nobody listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name cannot be resolved'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to it'],
  [/UnexpectedPeerError|does not match expected remote/, 'another node answers there'],
  [/UnsupportedProtocolError/, 'the node there is of another cluster, or speaks another version'],
];

/** Names that a handshake's end goes by when one side cannot read what the other sends. */
const HANDSHAKE =
  /EncryptionFailed|MuxerUnavailable|ECONNRESET|UnexpectedEOF|StreamClosed|StreamReset|ConnectionClosed/;

/** True where the node has dialled itself. */
export function isSelfDial(error: unknown): boolean {
  return textOf(error).includes('dial self');
}

/** In words for people, why no connection came about. */
export function whyUnreachable(error: unknown, hasClusterKey: boolean): string {
  const text = textOf(error);
  const known = WORDS.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  const other = hasClusterKey ? 'a node with another cluster key, or none' : 'a node that wants a cluster key';
  if (HANDSHAKE.test(text)) return `the handshake failed: perhaps ${other}`;
  // Two sides that cannot read each other may as well both wait for the rest of a message.
  return /Timeout|Abort/.test(text)
    ? `no answer in time: nobody there, or ${other}`
    : `no connection: ${messageOf(error)}`;
}

/** Names, codes and messages of an error and of those that it gathers. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join(' ');
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return `${error.name} ${code ?? ''} ${error.message}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
