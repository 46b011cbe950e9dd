/** How long a change waits for the next one before it is asked about, in milliseconds. */
export const ASK_AFTER = 60;

/**
 * Asks a question about something that changes all the time. One question is under way at a time and the newest one is
 * asked next, so a slow answer neither piles up others nor shows after a newer one.
 */
export class Latest<Question, Answer> {
  #ask: (question: Question) => Promise<Answer>;
  #onanswer: (answer: Answer, question: Question) => void;
  #onerror: (error: unknown) => void;
  #next: (() => Question) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #stopped = false;

  constructor(
    ask: (question: Question) => Promise<Answer>,
    onanswer: (answer: Answer, question: Question) => void,
    onerror: (error: unknown) => void,
  ) {
    this.#ask = ask;
    this.#onanswer = onanswer;
    this.#onerror = onerror;
  }

  /** Asks soon. The question is made when it is asked, so that typing pays nothing for it. */
  soon(question: () => Question, wait = ASK_AFTER): void {
    this.#next = question;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), wait);
  }

  /** Asks no more; an answer under way is dropped. */
  stop(): void {
    this.#stopped = true;
    this.#next = undefined;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    if (this.#asking || this.#stopped) return;
    const make = this.#next;
    if (!make) return;
    this.#next = undefined;
    this.#asking = true;
    const question = make();
    try {
      const answer = await this.#ask(question);
      if (!this.#stopped) this.#onanswer(answer, question);
    } catch (error) {
      if (!this.#stopped) this.#onerror(error);
    }
    this.#asking = false;
    // A question that came meanwhile has waited long enough, unless its own wait is still running.
    if (this.#next) this.soon(this.#next, 0);
  }
}
