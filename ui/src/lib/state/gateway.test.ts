import { afterEach, describe, expect, it } from "vitest";
import { countdown, shareLeft } from "../format/time.ts";
import { setHost } from "../host/index.ts";
import { fakeHost } from "../../test/fake_host.ts";
import { gatewayState } from "../../test/sample.ts";
import { events } from "./events.ts";
import { gateway, withBeginnings } from "./gateway.svelte.ts";

const START = Date.parse("2026-11-22T14:06:31Z");
const after = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

afterEach(() => events.stop());

describe("a countdown", () => {
  it.each([
    [20, "20 s"],
    [0.2, "1 s"],
    [0, "0 s"],
    [-5, "0 s"],
    [125, "2 min 5 s"],
    [3_900, "1 h 5 min"],
  ])("says the seconds that are left, and never less than none: %d", (seconds, text) => {
    expect(countdown(after(seconds), START)).toBe(text);
  });

  it("runs its bar from full to empty", () => {
    const shares = [-1, 0, 5, 10, 11].map((now) => shareLeft(START, after(10), START + now * 1_000));
    expect(shares).toEqual([1, 1, 0.5, 0, 0]);
    expect(shareLeft(START, after(0), START)).toBe(0);
  });
});

describe("cool-downs", () => {
  const [row] = gatewayState().cool_downs;
  if (!row) throw new Error("the sample has a cool-down");

  it("begin when the window first hears of them, and again when they are made longer", () => {
    const first = withBeginnings([], [{ ...row, until: after(20) }], START);
    const same = withBeginnings(first, [{ ...row, until: after(20), probing: true }], START + 5_000);
    expect([first[0]?.since, same[0]?.since]).toEqual([START, START]);
    expect(withBeginnings(same, [{ ...row, until: after(60) }], START + 9_000)[0]?.since).toBe(START + 9_000);
  });

  it("come with the gateway's events, and go with them", async () => {
    const host = fakeHost({ gateway_state: () => gatewayState() });
    setHost(host);
    events.start();
    gateway.listen();
    await gateway.load();
    expect(gateway.coolDowns.map((one) => one.name)).toEqual(["gpt-5-mini"]);
    expect(gateway.signal("openai")?.word).toBe("cooling down");
    const alarm = {
      text: "generator and judge fail",
      since: after(0),
      roles: ["generate", "judge"] as const,
      providers: ["acme"],
      drill: false,
    };
    const state = gatewayState({ cool_downs: [], signals: [], alarm: { ...alarm, roles: [...alarm.roles] } });
    host.send([{ kind: "gateway", state }]);
    expect(gateway.coolDowns).toEqual([]);
    expect(gateway.alarm?.roles).toEqual(["generate", "judge"]);
  });
});
