/** A list of `pages` (shared/parts.js) whose newest are looked at again, without losing what was fetched of it before. */
export async function newest(list, ask, id = (one) => one.id) {
  if (list.rows.peek() === null || list.next.busy.peek()) return;
  const { data } = await ask(null);
  const known = new Set(data.map(id));
  list.rows.value = [...data, ...list.rows.peek().filter((one) => !known.has(id(one)))];
}
