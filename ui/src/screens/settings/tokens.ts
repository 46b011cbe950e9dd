import { formatCount } from "$lib/format/numbers.ts";
import type { AppToken, TokenLimits } from "$lib/host/index.ts";

/** What a token is bound to, from the largest to the smallest: `acme / support / ana`; nothing when to nobody. */
export function bindingOf({ org, project, user }: AppToken): string {
  return [org, project, user].filter((name) => name !== null).join(" / ");
}

/** What a token may do at most: `600 a minute, 4 at once`; nothing without limits. */
export function limitsOf({ requests_per_minute, concurrent }: TokenLimits): string {
  const minute = requests_per_minute === null ? "" : `${formatCount(requests_per_minute)} a minute`;
  const once = concurrent === null ? "" : `${formatCount(concurrent)} at once`;
  return [minute, once].filter(Boolean).join(", ");
}
