import { call as ask, type Call, type CallTotal } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { merge } from "$lib/state/calls.svelte.ts";
import { toFilter, type Search } from "./filter.ts";

/** How many calls are read at once. */
export const PAGE = 100;

const NONE: CallTotal = { count: 0, more: false };

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
  #fresh = $state.raw<CallTotal>(NONE);
  #unreadable = $state(0);
  #changed = new Map<string, Call>();
  #scheduled = false;
  #ticket = 0;
  /** What changed while a page was read: the page may be older than that. */
  #meanwhile: Map<string, Call> | undefined;
  #counting = false;
  #countAgain = false;
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
  /** How many calls that the search means have begun since the list was read. */
  get fresh(): CallTotal {
    return this.#fresh;
  }
  /** How many calls belong to what was read and can't be shown. */
  get unreadable(): number {
    return this.#unreadable;
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
        this.#meanwhile?.set(call.id, call);
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
    const meanwhile = new Map<string, Call>();
    this.#meanwhile = meanwhile;
    this.#reading = true;
    try {
      const filter = toFilter(search, new Date());
      const page = await ask("call_list", { before, limit: PAGE, prompt: null, filter, count: before === null });
      if (ticket !== this.#ticket) return;
      const read = merge(
        page.calls,
        page.calls.flatMap((one) => meanwhile.get(one.id) ?? []),
      );
      this.#list = before === null ? read : merge(this.#list, read);
      this.#unreadable = page.unreadable + (before === null ? 0 : this.#unreadable);
      this.#older = page.older;
      if (before === null) {
        this.#total = page.total ?? undefined;
        this.#fresh = NONE;
      }
      this.#error = undefined;
      this.#loaded = true;
    } catch (error) {
      if (ticket === this.#ticket) this.#error = error;
    } finally {
      if (ticket === this.#ticket) {
        this.#reading = false;
        this.#meanwhile = undefined;
      }
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
    if (this.#loaded && changes.some((one) => !known.has(one.id) && one.id > newest)) void this.#countFresh();
  }

  /** Only the database can say whether a call is meant: its words are there. */
  async #countFresh(): Promise<void> {
    this.#countAgain = this.#counting;
    if (this.#counting || !this.#search) return;
    this.#counting = true;
    const ticket = this.#ticket;
    const after = this.#list[0]?.id ?? null;
    const filter = toFilter(this.#search, new Date());
    try {
      const page = await ask("call_list", { before: null, after, limit: PAGE, prompt: null, filter });
      const more = (after === null ? page.older : page.newer) !== null;
      if (ticket === this.#ticket) this.#fresh = { count: page.calls.length, more };
    } catch {
      // The next call that begins asks again.
    } finally {
      this.#counting = false;
      if (this.#countAgain) void this.#countFresh();
    }
  }
}
