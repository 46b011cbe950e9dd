import { call, type Vote, type VoteCast } from "$lib/host/index.ts";

type Choice = VoteCast["choice"];

/** The votes of this workspace, and the one for the answers in sight. */
export class Votes {
  #list = $state.raw<readonly Vote[]>([]);
  error = $state.raw<unknown>();
  #casting = false;

  get count(): number {
    return this.#list.length;
  }

  async load(): Promise<void> {
    try {
      this.#list = (await call("vote_list", {})).votes;
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }

  /** The vote on exactly these answers, as they stand from left to right. */
  of(calls: readonly string[]): Vote | undefined {
    return this.#list.find(
      (vote) => vote.calls.length === calls.length && vote.calls.every((id, index) => id === calls[index]),
    );
  }

  /** Votes; a vote on the same answers is taken back first, since a person has one. */
  async cast(calls: readonly string[], choice: Choice, blind: boolean): Promise<void> {
    if (this.#casting) return;
    this.#casting = true;
    try {
      const before = this.of(calls);
      if (before) await call("vote_undo", { vote: before.id });
      const vote = await call("vote_cast", { calls: [...calls], choice, blind });
      this.#list = [vote, ...this.#list.filter((one) => one.id !== before?.id)];
      this.error = undefined;
    } catch (error) {
      this.error = error;
    } finally {
      this.#casting = false;
    }
  }

  /** Takes the last vote back: the one on these answers, or the newest one. */
  async undo(calls: readonly string[]): Promise<void> {
    const vote = this.of(calls) ?? this.#list[0];
    if (!vote) return;
    try {
      this.#list = (await call("vote_undo", { vote: vote.id })).votes;
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }
}
