import { call, type AppToken, type EndpointState, type TokenList } from "../host/index.ts";
import { originOf } from "../calls.ts";
import { calls } from "./calls.svelte.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** The local endpoint, and the tokens with which other programs ask there. */
class Endpoint {
  #state = new Loadable(() => call("endpoint_get", {}));
  #tokens = new Loadable(() => call("token_list", {}));

  /** How it stands; nothing before that was read. */
  get state(): EndpointState | undefined {
    return this.#state.value;
  }

  get error(): unknown {
    return this.#state.error;
  }

  /** The tokens that let in, by their names. */
  get tokens(): readonly AppToken[] {
    const live = this.#tokens.value?.tokens.filter((token) => token.revoked_at === null) ?? [];
    return live.sort((one, other) => one.name.localeCompare(other.name));
  }

  /** The tokens that don't let in any more, the last one first. */
  get revoked(): readonly AppToken[] {
    const gone = this.#tokens.value?.tokens.filter((token) => token.revoked_at !== null) ?? [];
    return gone.sort((one, other) => (other.revoked_at ?? "").localeCompare(one.revoked_at ?? ""));
  }

  get tokensLoaded(): boolean {
    return this.#tokens.value !== undefined;
  }

  get tokensError(): unknown {
    return this.#tokens.error;
  }

  /** How many calls of other programs are under way. */
  get running(): number {
    return calls.running.filter((one) => originOf(one).kind === "endpoint").length;
  }

  /** Switches it; what goes wrong is thrown, and how it stands then is read again. */
  async set(on: boolean, port?: number): Promise<void> {
    try {
      this.#state.set(await call("endpoint_set", { on, port: port ?? null }));
    } catch (error) {
      await this.#state.load();
      throw error;
    }
  }

  setTokens(list: TokenList): void {
    this.#tokens.set(list);
  }

  async load(): Promise<void> {
    await Promise.all([this.#state.load(), this.#tokens.load()]);
  }

  loadTokens(): Promise<void> {
    return this.#tokens.load();
  }

  listen(): void {
    events.on("endpoint", ({ state }) => this.#state.set(state));
    events.on("tokens", () => this.#tokens.loadSoon());
    events.onReset(() => void this.load());
  }
}

export const endpoint = new Endpoint();
