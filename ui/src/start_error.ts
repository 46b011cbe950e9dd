/**
 * The screen when nothing else can be shown. It uses neither Svelte nor any component, because one of them may be what
 * failed.
 */
export function showStartError(target: HTMLElement, error: unknown, retry: () => void): void {
  const parts = error as { code?: unknown; message?: unknown; hint?: unknown; stack?: unknown };
  const message = typeof parts?.message === "string" ? parts.message : String(error);
  const hint = typeof parts?.hint === "string" ? parts.hint : "";
  const details = [parts?.code, message, hint, parts?.stack]
    .filter((part) => typeof part === "string" && part)
    .join("\n");

  const box = element("main", "start-error");
  box.setAttribute("role", "alert");
  box.dataset.testid = "start-error";
  box.append(element("h1", "", "Signalbox could not start"), element("p", "", message));
  if (hint) box.append(element("p", "", hint));

  const again = element("button", "", "Try again");
  again.addEventListener("click", retry);
  const copy = element("button", "", "Copy details");
  copy.addEventListener("click", () => {
    void navigator.clipboard?.writeText(details).then(
      () => (copy.textContent = "Copied"),
      () => undefined,
    );
  });
  box.append(again, copy, element("pre", "", details));
  style(box);
  target.replaceChildren(box);
}

function element(name: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/** Through the object model, which the content security policy allows. */
function style(box: HTMLElement): void {
  Object.assign(box.style, { padding: "48px", maxWidth: "640px", overflowWrap: "anywhere" });
  for (const child of box.children as HTMLCollectionOf<HTMLElement>) {
    if (child.tagName === "H1")
      Object.assign(child.style, { fontSize: "15px", fontWeight: "600", marginBottom: "8px" });
    if (child.tagName === "P") child.style.marginBottom = "8px";
    if (child.tagName === "BUTTON") Object.assign(child.style, { marginRight: "8px", padding: "2px 12px" });
    if (child.tagName === "PRE") {
      Object.assign(child.style, {
        marginTop: "16px",
        fontSize: "11px",
        whiteSpace: "pre-wrap",
        color: "var(--text-3)",
      });
    }
  }
}
