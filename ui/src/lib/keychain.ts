import type { Aspect } from "./components/signal.ts";
import type { KeychainState } from "./host/index.ts";

/** A keychain's state as a signal, with what to do. */
export function keychainSignal(state: KeychainState): { aspect: Aspect; word: string; hint: string } {
  switch (state.state) {
    case "open":
      return { aspect: "clear", word: "keychain open", hint: `Keys are kept in ${state.name}` };
    case "locked":
      return { aspect: "caution", word: "keychain locked", hint: state.hint };
    case "missing":
      return { aspect: "dark", word: "no keychain", hint: state.hint };
    case "denied":
      return { aspect: "stop", word: "keychain refused", hint: state.hint };
    case "memory":
      return { aspect: "caution", word: "keys in memory", hint: "Keys are kept until you quit, and are in no file" };
  }
}
