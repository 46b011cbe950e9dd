import { call as ask, type Call, type CallTotal } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { merge } from "$lib/state/calls.svelte.ts";
import { toFilter, type Search } from "./filter.ts";

/** How many calls are read at once. */
export const PAGE = 100;

/**
 * The calls that a search finds, newest first, read page by page. A newer search wins over an older one that answers
 * late; what was found before stays until then. Calls that begin meanwhile wait until they are asked for: nothing may
 * move under somebody who reads.
 */
export class CallList {
  #list = $state.raw<readonly Call[]>([]);
  #total = $state.raw<CallTotal>();
  #older = $state.raw<string | null>(null);
  #error = $state.raw<unknown>();
  #loaded = $state(false);
  #reading = $state(false);
  #fresh = $state.raw<ReadonlySet<string>>(new Set());
  #changed = new Map<string, Call>();
  #scheduled = false;
  #ticket = 0;
  #search: Search | undefined;

  get list(): readonly Call[] {
    return this.#list;
  }
  /** How many there are in all, once they were counted. */
  get total(): CallTotal | undefined {
    return this.#total;
  }
  get error(): unknown {
    return this.#error;
  }
  get loaded(): boolean {
    return this.#loaded;
  }
  /** A page is under way. */
  get reading(): boolean {
    return this.#reading;
  }
  /** How many calls have begun since the list was read. */
  get fresh(): number {
    return this.#fresh.size;
  }

  /** Reads the newest page of a search. */
  async load(search: Search): Promise<void> {
    this.#search = search;
    await this.#read(null);
  }

  /** Reads the same search again. */
  async again(): Promise<void> {
    if (this.#search) await this.load(this.#search);
  }

  /** Reads the next older page, when there is one. */
  async more(): Promise<void> {
    if (this.#reading || this.#older === null || this.#error !== undefined) return;
    await this.#read(this.#older);
  }

  /** Follows what happens until the returned function is called. */
  listen(): () => void {
    const stops = [
      events.on("call", ({ call }) => {
        this.#changed.set(call.id, call);
        if (this.#scheduled) return;
        this.#scheduled = true;
        setTimeout(() => this.#take(), 100);
      }),
      events.onReset(() => void this.again()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #read(before: string | null): Promise<void> {
    const search = this.#search;
    if (!search) return;
    const ticket = ++this.#ticket;
    this.#reading = true;
    try {
      const filter = toFilter(search, new Date());
      const page = await ask("call_list", { before, limit: PAGE, prompt: null, filter, count: before === null });
      if (ticket !== this.#ticket) return;
      this.#list = before === null ? page.calls : merge(this.#list, page.calls);
      this.#older = page.older;
      if (before === null) {
        this.#total = page.total ?? undefined;
        this.#fresh = new Set();
      }
      this.#error = undefined;
      this.#loaded = true;
    } catch (error) {
      if (ticket === this.#ticket) this.#error = error;
    } finally {
      if (ticket === this.#ticket) this.#reading = false;
    }
  }

  #take(): void {
    this.#scheduled = false;
    const known = new Set(this.#list.map((one) => one.id));
    const changes = [...this.#changed.values()];
    this.#changed.clear();
    const inList = changes.filter((one) => known.has(one.id));
    if (inList.length > 0) this.#list = merge(this.#list, inList);
    const newest = this.#list[0]?.id ?? "";
    const begun = changes.filter((one) => !known.has(one.id) && one.id > newest);
    if (this.#loaded && begun.length > 0) this.#fresh = new Set([...this.#fresh, ...begun.map((one) => one.id)]);
  }
}
