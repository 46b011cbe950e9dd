// The official `@anthropic-ai/sdk` package against the local endpoint.

import assert from "node:assert/strict";
import { ENDPOINT, MODEL, REAL, TOKEN, installed, raises, run } from "./checks.mjs";

const Anthropic = installed("@anthropic-ai/sdk").default;
const client = new Anthropic({ baseURL: ENDPOINT, apiKey: TOKEN, maxRetries: 0, timeout: 120_000 });
const messages = [{ role: "user", content: "Who works in a signal box? Answer briefly." }];
const input_schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ name: "weather", description: "The weather in a city", input_schema }];
const ask = (model, more) => client.messages.create({ model, max_tokens: 60, messages, ...more });

const always = {
  async aMessageIsAnsweredAndSaysHow() {
    const answer = await ask(MODEL);
    assert.ok(answer.content[0].text.trim());
    assert.equal(answer.signalbox.verdict, "unverified");
  },

  async aMessageStreamsPieceByPiece() {
    const stream = client.messages.stream({ model: MODEL, max_tokens: 60, messages });
    const pieces = [];
    stream.on("text", (piece) => pieces.push(piece));
    const final = await stream.finalMessage();
    assert.ok(pieces.length > 1);
    assert.equal(final.content[0].text, pieces.join(""));
  },

  async tokensAreCounted() {
    assert.ok((await client.messages.countTokens({ model: MODEL, messages })).input_tokens > 0);
  },
};

const simulated = {
  async aToolIsAskedFor() {
    const final = await client.messages.stream({ model: MODEL, max_tokens: 200, messages, tools }).finalMessage();
    assert.equal(final.stop_reason, "tool_use");
    assert.ok("city" in final.content.find((block) => block.type === "tool_use").input);
  },

  async everyFailureIsTheClassThatTheClientHasForIt() {
    for (const [model, kind, status] of [
      ["no-such-model", Anthropic.NotFoundError, 404],
      ["wrong", Anthropic.BadRequestError, 400],
      ["keyless", Anthropic.InternalServerError, 502],
      ["busy", Anthropic.RateLimitError, 429],
      ["overloaded", { name: "ServiceUnavailableError" }, 503],
      ["route:dear", Anthropic.RateLimitError, 429],
    ]) {
      assert.equal((await raises(kind, () => ask(model))).status, status, model);
    }
    const stranger = new Anthropic({ baseURL: ENDPOINT, apiKey: "sbx_wrong", maxRetries: 0 });
    await raises(Anthropic.AuthenticationError, () => stranger.messages.create({ model: MODEL, max_tokens: 5, messages }));
  },

  async anAnswerThatBreaksOffIsAnErrorAndNeverAnEnd() {
    const kinds = [];
    const stream = await ask("cut", { stream: true });
    await assert.rejects(async () => {
      for await (const event of stream) kinds.push(event.type);
    }, Anthropic.APIError);
    assert.ok(kinds.includes("content_block_delta") && !kinds.includes("message_stop"), kinds.join());
  },

  async aClientThatWaitsNoLongerTimesOut() {
    await raises(Anthropic.APIConnectionTimeoutError, () =>
      client.messages.create({ model: "hangs", max_tokens: 5, messages }, { timeout: 400 }),
    );
  },
};

await run(REAL ? always : { ...always, ...simulated });
