import { describe, expect, it } from "vitest";
import { styleNonce } from "./nonce.ts";

function page(head: string): Document {
  return new DOMParser().parseFromString(`<html><head>${head}</head></html>`, "text/html");
}

describe("the style nonce", () => {
  it("is the loopback host's meta element first", () => {
    expect(styleNonce(page('<meta name="csp-nonce" content="m"><style nonce="s"></style>'))).toBe("m");
  });

  it("is otherwise on Tauri's style, link or script elements", () => {
    expect(styleNonce(page('<script nonce="c"></script><style nonce="s"></style>'))).toBe("s");
    expect(styleNonce(page('<script nonce="c"></script><link nonce="l">'))).toBe("l");
    expect(styleNonce(page('<script nonce="c"></script>'))).toBe("c");
    expect(styleNonce(page("<title>none</title>"))).toBe("");
  });
});
