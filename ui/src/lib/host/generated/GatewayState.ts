// Made from the list of commands by `cargo xtask bindings`.
import type { Alarm } from "./Alarm.ts";
import type { CoolDown } from "./CoolDown.ts";
import type { ProviderSignal } from "./ProviderSignal.ts";

/**
 * How providers do, what cools down, and whether the alarm rings.
 */
export type GatewayState = {
/**
 * How each provider of the configuration does, as far as calls have shown.
 */
signals: Array<ProviderSignal>,
/**
 * What isn't tried for a while.
 */
cool_downs: Array<CoolDown>,
/**
 * What fails together.
 */
alarm: Alarm | null, };
