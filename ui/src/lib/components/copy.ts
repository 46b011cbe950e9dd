/** Puts text on the clipboard; false where the system refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** WebKitGTK may refuse the asynchronous clipboard on custom schemes; a selection still works there. */
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  document.body.append(area);
  area.select();
  const done = typeof document.execCommand === "function" && document.execCommand("copy");
  area.remove();
  return done;
}
