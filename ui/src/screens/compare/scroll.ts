/** Panes that scroll as one, by the share of their texts that is above the window. */
export class ScrollTogether {
  #elements = new Map<string, HTMLElement>();
  /** The places that were set here, so that what follows from them isn't taken for a person's scrolling. */
  #set = new Map<string, number>();

  /** Adds a pane. The returned function takes it out. */
  join(id: string, element: HTMLElement): () => void {
    this.#elements.set(id, element);
    return () => {
      this.#elements.delete(id);
      this.#set.delete(id);
    };
  }

  /** A pane stands at this share of its room: the others go there too. */
  follow(id: string, share: number): void {
    const moved = this.#elements.get(id);
    const set = this.#set.get(id);
    if (moved && set !== undefined && Math.abs(moved.scrollTop - set) < 2) {
      this.#set.delete(id);
      return;
    }
    this.#set.delete(id);
    for (const [other, element] of this.#elements) {
      if (other === id) continue;
      const top = Math.round(share * Math.max(0, element.scrollHeight - element.clientHeight));
      if (Math.abs(element.scrollTop - top) < 2) continue;
      this.#set.set(other, top);
      element.scrollTop = top;
    }
  }
}
