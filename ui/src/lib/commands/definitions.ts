/** What a command is, apart from what it does: the screens bind that. */
export interface Definition {
  id: string;
  title: string;
  group: "Run" | "Go to" | "Write" | "Decide" | "Lists" | "Window";
  /** Combinations as `Mod+Shift+Enter`; the first one is shown. Empty: only in the palette. */
  keys: readonly string[];
  /** Where it works, in words. */
  where: string;
  /** Not offered by the palette, because it means nothing away from its list. */
  hidden?: boolean;
}

function pane(number: number): Definition {
  return {
    id: `focus-pane-${number}`,
    title: `Focus pane ${number}`,
    group: "Go to",
    keys: [`Mod+${number}`],
    where: "panes",
    hidden: true,
  };
}

/** Every command of the product: palette, tooltips, the shortcut sheet, the settings and the tests read this list. */
export const DEFINITIONS = [
  { id: "run", title: "Run", group: "Run", keys: ["Mod+Enter"], where: "Editor, Compare" },
  { id: "run-all", title: "Run all", group: "Run", keys: ["Mod+Shift+Enter"], where: "Editor, Compare" },
  { id: "cancel", title: "Cancel what runs", group: "Run", keys: ["Mod+."], where: "everywhere" },

  { id: "palette", title: "Palette", group: "Go to", keys: ["Mod+k"], where: "everywhere", hidden: true },
  { id: "goto-prompt", title: "Go to prompt", group: "Go to", keys: ["Mod+p"], where: "everywhere" },
  { id: "search", title: "Search", group: "Go to", keys: ["Mod+f"], where: "everywhere" },
  { id: "settings", title: "Settings", group: "Go to", keys: ["Mod+,"], where: "everywhere" },
  { id: "next-pane", title: "Next pane", group: "Go to", keys: ["F6"], where: "everywhere" },
  { id: "previous-pane", title: "Previous pane", group: "Go to", keys: ["Shift+F6"], where: "everywhere" },
  pane(1),
  pane(2),
  pane(3),
  pane(4),
  pane(5),
  pane(6),
  { id: "go-library", title: "Open Library", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-compare", title: "Open Compare", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-live", title: "Open Live", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-calls", title: "Open Calls", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-budgets", title: "Open Budgets", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-routes", title: "Open Routes", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-providers", title: "Open Providers", group: "Go to", keys: [], where: "everywhere" },
  { id: "go-firststart", title: "Connect a model", group: "Go to", keys: [], where: "everywhere" },

  { id: "save-version", title: "Save version", group: "Write", keys: ["Mod+s"], where: "Editor" },
  { id: "diff", title: "Difference", group: "Write", keys: ["Mod+d"], where: "Editor" },
  {
    id: "diff-production",
    title: "Compare with production",
    group: "Write",
    keys: ["Mod+Shift+d"],
    where: "Editor",
  },
  { id: "show-includes", title: "Show what is included", group: "Write", keys: [], where: "Editor" },
  { id: "show-runs", title: "Show the runs", group: "Run", keys: [], where: "Editor" },
  { id: "save-item", title: "Save as test item", group: "Write", keys: ["Mod+Shift+s"], where: "Editor" },
  { id: "split", title: "Side by side", group: "Write", keys: ["Mod+\\"], where: "Editor, Compare" },
  { id: "move-label", title: "Move a label", group: "Write", keys: ["Mod+l"], where: "Editor" },
  { id: "roll-back-label", title: "Roll back a label", group: "Write", keys: ["Mod+Shift+l"], where: "Editor" },
  { id: "edit-schema", title: "Edit the schema of the answer", group: "Write", keys: [], where: "Editor" },
  { id: "take-fix", title: "Take the fix", group: "Write", keys: ["Alt+Enter"], where: "Editor" },
  { id: "new-prompt", title: "New prompt", group: "Write", keys: ["Mod+n"], where: "Library" },
  { id: "rename-prompt", title: "Rename prompt", group: "Write", keys: ["F2"], where: "Library" },
  { id: "duplicate-prompt", title: "Duplicate prompt", group: "Write", keys: [], where: "Library" },
  { id: "delete-prompt", title: "Delete prompt", group: "Write", keys: ["Delete"], where: "Library" },
  { id: "archive-prompt", title: "Archive the prompt, or take it back", group: "Write", keys: ["e"], where: "Library" },
  { id: "settle-prompt", title: "Settle what git could not merge", group: "Write", keys: [], where: "Library, Editor" },
  { id: "import-prompts", title: "Import prompts", group: "Write", keys: ["Mod+i"], where: "Library" },
  { id: "export-prompts", title: "Export prompts", group: "Write", keys: ["Mod+e"], where: "Library" },
  { id: "old-names", title: "Old names of prompts", group: "Lists", keys: [], where: "Library" },
  { id: "show-archived", title: "Show archived prompts or hide them", group: "Lists", keys: [], where: "Library" },
  { id: "new-token", title: "New app token", group: "Write", keys: [], where: "Settings" },
  { id: "undo", title: "Undo", group: "Write", keys: ["Mod+z"], where: "outside text fields" },

  { id: "vote-a", title: "Vote A", group: "Decide", keys: ["a"], where: "Compare" },
  { id: "vote-b", title: "Vote B", group: "Decide", keys: ["b"], where: "Compare" },
  { id: "vote-c", title: "Vote C", group: "Decide", keys: ["c"], where: "Compare" },
  { id: "vote-d", title: "Vote D", group: "Decide", keys: ["d"], where: "Compare" },
  { id: "vote-equal", title: "Vote equal", group: "Decide", keys: ["e"], where: "Compare" },
  { id: "vote-neither", title: "Vote neither", group: "Decide", keys: ["n"], where: "Compare" },
  { id: "undo-vote", title: "Undo the vote", group: "Decide", keys: ["u"], where: "Compare" },

  { id: "next-row", title: "Next row", group: "Lists", keys: ["j", "ArrowDown"], where: "lists", hidden: true },
  { id: "previous-row", title: "Previous row", group: "Lists", keys: ["k", "ArrowUp"], where: "lists", hidden: true },
  { id: "next-item", title: "Next item", group: "Lists", keys: ["ArrowRight"], where: "lists", hidden: true },
  { id: "previous-item", title: "Previous item", group: "Lists", keys: ["ArrowLeft"], where: "lists", hidden: true },
  { id: "open-row", title: "Open the row", group: "Lists", keys: ["Enter"], where: "lists", hidden: true },
  { id: "filter", title: "Filter", group: "Lists", keys: ["/"], where: "lists", hidden: true },
  { id: "pause", title: "Pause or follow", group: "Lists", keys: [" "], where: "Live" },
  { id: "open-in-editor", title: "Open the call in the editor", group: "Lists", keys: ["o"], where: "Live, Calls" },
  { id: "replay-call", title: "Send the call again", group: "Lists", keys: ["r"], where: "Live, Calls" },
  { id: "copy-call", title: "Copy the call's record", group: "Lists", keys: ["c"], where: "Live, Calls" },
  { id: "export-call", title: "Export the call as JSON", group: "Lists", keys: [], where: "Calls" },
  { id: "export-calls", title: "Export all calls found", group: "Lists", keys: [], where: "Calls" },
  { id: "copy-curl", title: "Copy the call as curl", group: "Lists", keys: [], where: "Calls" },
  { id: "save-view", title: "Save the view", group: "Lists", keys: ["Mod+s"], where: "Calls" },
  { id: "clear-filters", title: "Take all filters away", group: "Lists", keys: [], where: "Calls" },
  { id: "edit-budget", title: "Edit the limit", group: "Lists", keys: ["e"], where: "Budgets" },
  { id: "new-budget", title: "New budget", group: "Write", keys: ["Mod+n"], where: "Budgets" },
  { id: "remove-budget", title: "Remove the budget", group: "Lists", keys: ["Delete"], where: "Budgets" },
  { id: "export-usage", title: "Export who spends as CSV", group: "Lists", keys: [], where: "Budgets" },

  { id: "sheet", title: "Keyboard shortcuts", group: "Window", keys: ["?"], where: "everywhere" },
  { id: "toggle-rail", title: "Wide or narrow rail", group: "Window", keys: ["Mod+b"], where: "everywhere" },
  { id: "toggle-endpoint", title: "Switch the endpoint on or off", group: "Window", keys: [], where: "Settings" },
  { id: "back-up", title: "Back up now", group: "Window", keys: [], where: "Settings" },
  { id: "theme-system", title: "Theme: as the system", group: "Window", keys: [], where: "everywhere" },
  { id: "theme-light", title: "Theme: light", group: "Window", keys: [], where: "everywhere" },
  { id: "theme-dark", title: "Theme: dark", group: "Window", keys: [], where: "everywhere" },
  { id: "theme-contrast", title: "Theme: high contrast", group: "Window", keys: [], where: "everywhere" },
] as const satisfies readonly Definition[];

/** The known commands; a typo in a binding doesn't compile. */
export type CommandId = (typeof DEFINITIONS)[number]["id"];
