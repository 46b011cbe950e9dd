/** The time now, in milliseconds, for what shows how long something has been under way. It stands still otherwise. */
export function ticking(active: () => boolean, every = 100): { readonly now: number } {
  let now = $state(Date.now());
  $effect(() => {
    if (!active()) return;
    now = Date.now();
    const timer = setInterval(() => (now = Date.now()), every);
    return () => clearInterval(timer);
  });
  return {
    get now() {
      return now;
    },
  };
}
