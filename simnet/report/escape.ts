const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of others, between tags or in a quoted attribute. Control characters, which HTML forbids, become blanks. */
export function escapeHtml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is after
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** JSON that may stand in a script element: nothing in it can end the element or begin a comment. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text for a terminal: control characters must not steer it. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is after
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
