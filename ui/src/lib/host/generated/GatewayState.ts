// Made from the list of commands by `cargo xtask bindings`.
import type { Alarm } from "./Alarm.ts";
import type { CoolDown } from "./CoolDown.ts";
import type { ProviderSignal } from "./ProviderSignal.ts";

/**
 * How the providers do, seen by the gateway.
 */
export type GatewayState = {
/**
 * Each provider.
 */
signals: Array<ProviderSignal>,
/**
 * What is not tried for a while.
 */
cool_downs: Array<CoolDown>,
/**
 * The alarm, while there is one.
 */
alarm: Alarm | null, };
