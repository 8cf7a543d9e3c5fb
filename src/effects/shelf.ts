/** On which of so many shelves a message of that id is kept, from 0 on: ids are spread evenly, so that no shelf grows large. */
export function shelfOf(id: string, shelves: number): number {
  let sum = 0;
  for (let at = 0; at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) % 65_521;
  return sum % shelves;
}
