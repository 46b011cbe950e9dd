import { errorText } from "../host/index.ts";

/** One short message with a way back. There is only ever one: a newer one takes its place. */
export interface ToastMessage {
  /** Before the name, such as "Deleted". */
  text: string;
  /** What it happened to, in mono. */
  name?: string;
  /** After the name, such as "and its 3 versions". */
  rest?: string;
  undo?: () => unknown;
  /** Something else that can be done with it. */
  action?: { label: string; run: () => unknown };
}

const STAYS = 8_000;

class Toasts {
  #current = $state.raw<ToastMessage | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get current(): ToastMessage | undefined {
    return this.#current;
  }

  show(message: ToastMessage): void {
    this.#current = message;
    this.resume();
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.#current = undefined;
  }

  /** Stops the clock while the pointer or the keyboard is on the toast. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dismiss(), STAYS);
  }

  async undo(): Promise<void> {
    const message = this.#current;
    this.dismiss();
    try {
      await message?.undo?.();
    } catch (error) {
      // Whoever believes that it was taken back would go on from what isn't so.
      this.show({ text: `Not taken back: ${errorText(error)}` });
    }
  }
}

export const toasts = new Toasts();
