/**
 * The time now, in milliseconds, for what shows how long something has been under way. It stands still while nothing
 * is, and while nobody can see it.
 */
export function ticking(active: () => boolean, every: number | (() => number) = 100): { readonly now: number } {
  let now = $state(Date.now());
  $effect(() => {
    if (!active()) return;
    const pace = typeof every === "function" ? every() : every;
    let timer: ReturnType<typeof setInterval> | undefined;
    const begin = () => {
      clearInterval(timer);
      if (document.visibilityState === "hidden") return;
      now = Date.now();
      timer = setInterval(() => (now = Date.now()), pace);
    };
    begin();
    document.addEventListener("visibilitychange", begin);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", begin);
    };
  });
  return {
    get now() {
      return now;
    },
  };
}
