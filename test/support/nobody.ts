const NOBODY = 65_534;

/** Root may read and write anything: whatever is about permissions is done as somebody else, where that is possible. */
export async function asNobody(what: () => Promise<void>): Promise<void> {
  const uid = process.geteuid!();
  if (uid !== 0) return what();
  process.seteuid!(NOBODY);
  try {
    await what();
  } finally {
    process.seteuid!(uid);
  }
}
