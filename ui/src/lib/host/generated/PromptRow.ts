// Made from the list of commands by `cargo xtask bindings`.
import type { Badge } from "./Badge.ts";
import type { LabelPointer } from "./LabelPointer.ts";
import type { Money } from "./Money.ts";
import type { PromptName } from "./PromptName.ts";

/**
 * One line of the library.
 */
export type PromptRow = {
/**
 * When its draft was last saved, where it has one.
 */
draft_at: string | null,
/**
 * The badge of its last finished call.
 */
last_badge: Badge | null,
/**
 * Whether that call was simulated.
 */
last_simulated: boolean,
/**
 * What its calls have cost today.
 */
spent_today: Money,
/**
 * Its name.
 */
name: PromptName,
/**
 * Its newest version. There is none when the folder has lost its files.
 */
latest: number | null,
/**
 * Its labels, by name.
 */
labels: Array<LabelPointer>,
/**
 * What its newest version says it is for.
 */
description: string | null,
/**
 * The variables of its newest version.
 */
variables: Array<string>,
/**
 * When its newest version was saved.
 */
changed_at: string | null,
/**
 * Whether it was put away: it is in no list, and can be used all the same.
 */
archived: boolean,
/**
 * What is wrong with it, when it can't be used as it is.
 */
problem: string | null,
/**
 * Whether that is what git could not merge, which settling the prompt takes away.
 */
unmerged: boolean, };
