/** Every pane of the page that can take the keyboard, in the order of the page. */
function panes(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("[data-pane]")].filter(
    (pane) => !pane.closest("[hidden],[inert]") && (pane.offsetParent !== null || pane.getClientRects().length > 0),
  );
}

/** The control inside a pane that is worth the keyboard: an editor, a list, or the pane itself. */
function entry(pane: HTMLElement): HTMLElement {
  return (
    pane.querySelector<HTMLElement>(
      ".cm-content,[role='listbox'],[role='tree'],[role='treegrid'],[role='grid'],textarea,input",
    ) ?? pane
  );
}

/** Moves the keyboard one pane on or back, round the page: what F6 does. */
export function cyclePanes(step: 1 | -1, root: ParentNode = document): void {
  const all = panes(root);
  if (all.length === 0) return;
  const at = all.findIndex((pane) => pane.contains(document.activeElement));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length];
  if (next) entry(next).focus();
}

/** Moves the keyboard to the pane with this number, from 1. */
export function focusPane(number: number, root: ParentNode = document): boolean {
  const all = panes(root);
  const numbered = all.find((pane) => pane.dataset.pane === String(number)) ?? all[number - 1];
  if (!numbered) return false;
  entry(numbered).focus();
  return true;
}
