// Made from the list of commands by `cargo xtask bindings`.
import type { BudgetAlert } from "./BudgetAlert.ts";
import type { BudgetRow } from "./BudgetRow.ts";
import type { Call } from "./Call.ts";
import type { CallId } from "./CallId.ts";
import type { Decision } from "./Decision.ts";
import type { EndpointState } from "./EndpointState.ts";
import type { GatewayState } from "./GatewayState.ts";
import type { KeychainState } from "./KeychainState.ts";
import type { ProviderRow } from "./ProviderRow.ts";

/**
 * Something that happened.
 */
export type Event = { "kind": "call",
/**
 * The call as it is now.
 */
call: Call, } | { "kind": "delta",
/**
 * The call.
 */
call: CallId,
/**
 * Where the piece belongs, in UTF-16 code units from the answer's beginning.
 */
start: number,
/**
 * The piece.
 */
text: string, } | { "kind": "writing",
/**
 * The call.
 */
call: CallId,
/**
 * The attempt, from 1.
 */
attempt: number,
/**
 * Where the piece belongs, in UTF-16 code units from the beginning of what the attempt wrote.
 */
start: number,
/**
 * The piece.
 */
text: string, } | { "kind": "decision",
/**
 * The choice.
 */
decision: Decision, } | { "kind": "prompts",
/**
 * Their names, or those of the folders that hold them; none when any of them may have changed.
 */
names: Array<string>, } | { "kind": "draft",
/**
 * The prompt.
 */
name: string, } | { "kind": "config", } | { "kind": "budgets",
/**
 * All of them.
 */
budgets: Array<BudgetRow>, } | { "kind": "budget_alert",
/**
 * Which, and how it stands.
 */
alert: BudgetAlert, } | { "kind": "provider",
/**
 * The provider.
 */
provider: ProviderRow, } | { "kind": "gateway",
/**
 * All of it.
 */
state: GatewayState, } | { "kind": "keychain",
/**
 * Its state.
 */
state: KeychainState, } | { "kind": "endpoint",
/**
 * How it stands.
 */
state: EndpointState, } | { "kind": "tokens", };
