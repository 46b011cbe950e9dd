import { readFields } from "../editor/partial.ts";

/**
 * An answer as it is read and compared: one that is a JSON object by its fields, any other as it was delivered. It only
 * grows while the answer does, apart from a list that is set out by lines once it is whole.
 */
export function readable(answer: string): string {
  const read = readFields(answer);
  if (!read || read.fields.length === 0) return answer;
  return read.fields
    .map(({ name, text }) => (text.includes("\n") ? `${name}:\n${text}` : `${name}: ${text}`))
    .join("\n\n");
}
