/** Cuts a byte stream into lines and gives each non-empty one as the JSON value that it is. */
export async function readLines(body: ReadableStream<Uint8Array>, onValue: (value: unknown) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") onValue(JSON.parse(line));
    }
    // A line without its end is cut off and no value.
    if (done) return;
  }
}
