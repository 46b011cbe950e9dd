// The official `openai` package for JavaScript against the local endpoint.

import assert from "node:assert/strict";
import { ENDPOINT, MODEL, REAL, TOKEN, installed, raises, run } from "./checks.mjs";

const OpenAI = installed("openai").default;
const client = new OpenAI({ baseURL: `${ENDPOINT}/v1`, apiKey: TOKEN, maxRetries: 0, timeout: 120_000 });
const messages = [{ role: "user", content: "Who works in a signal box? Answer briefly." }];
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "weather", parameters } }];

const always = {
  async aChatIsAnsweredAndSaysHow() {
    const answer = await client.chat.completions.create({ model: MODEL, messages, max_tokens: 40 });
    assert.ok(answer.choices[0].message.content.trim());
    assert.equal(answer.signalbox.verdict, "unverified");
    assert.ok(answer.usage.completion_tokens > 0);
  },

  async aChatStreamsPieceByPiece() {
    const stream = await client.chat.completions.create({ model: MODEL, messages, max_tokens: 40, stream: true });
    const pieces = [];
    for await (const chunk of stream) pieces.push(chunk.choices[0]?.delta?.content ?? "");
    assert.ok(pieces.filter(Boolean).length > 1);
  },

  async aResponseStreamsItsEvents() {
    const stream = client.responses.stream({ model: MODEL, input: "Who works in a signal box?", max_output_tokens: 40 });
    const kinds = [];
    for await (const event of stream) kinds.push(event.type);
    assert.equal(kinds[0], "response.created");
    assert.match(kinds.at(-1), /^response\.(completed|incomplete)$/);
  },

  async aStreamCanBeLeft() {
    const stream = await client.chat.completions.create({ model: REAL ? MODEL : "slow", messages, stream: true });
    for await (const chunk of stream) {
      assert.ok(chunk);
      break;
    }
    stream.controller.abort();
  },
};

const simulated = {
  async aToolIsAskedFor() {
    const runner = client.chat.completions.stream({ model: MODEL, messages, tools });
    const call = (await runner.finalChatCompletion()).choices[0].message.tool_calls[0];
    assert.ok("city" in JSON.parse(call.function.arguments));
  },

  async aSchemaGivesAValue() {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false };
    const answer = await client.chat.completions.parse({
      model: MODEL,
      messages,
      response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema } },
    });
    assert.equal(typeof JSON.parse(answer.choices[0].message.content).n, "number");
  },

  async everyFailureIsTheClassThatTheClientHasForIt() {
    for (const [model, kind, status, code] of [
      ["no-such-model", OpenAI.NotFoundError, 404, "model_not_found"],
      ["wrong", OpenAI.BadRequestError, 400],
      ["keyless", OpenAI.InternalServerError, 502, "upstream_credentials"],
      ["busy", OpenAI.RateLimitError, 429],
      ["overloaded", OpenAI.InternalServerError, 503],
      ["route:stalls", OpenAI.InternalServerError, 504],
      ["route:dear", OpenAI.RateLimitError, 429, "budget_exceeded"],
    ]) {
      const error = await raises(kind, () => client.chat.completions.create({ model, messages }));
      assert.equal(error.status, status, model);
      if (code) assert.equal(error.code, code, model);
    }
    const stranger = new OpenAI({ baseURL: `${ENDPOINT}/v1`, apiKey: "sbx_wrong", maxRetries: 0 });
    await raises(OpenAI.AuthenticationError, () => stranger.chat.completions.create({ model: MODEL, messages }));
  },

  async anAnswerThatBreaksOffIsAnErrorAndNeverAnEnd() {
    const stream = await client.chat.completions.create({ model: "cut", messages, stream: true });
    const ends = [];
    await raises(OpenAI.APIError, async () => {
      for await (const chunk of stream) ends.push(chunk.choices[0]?.finish_reason ?? null);
    });
    assert.ok(ends.length > 0 && ends.every((end) => end === null));
  },

  async aClientThatWaitsNoLongerTimesOut() {
    const ask = () => client.chat.completions.create({ model: "hangs", messages }, { timeout: 400 });
    await raises(OpenAI.APIConnectionTimeoutError, ask);
  },

  async embeddingsPassThrough() {
    const answer = await client.embeddings.create({ model: MODEL, input: ["one", "two"] });
    assert.equal(answer.data.length, 2);
    assert.equal(typeof answer.data[0].embedding[0], "number");
  },
};

await run(REAL ? always : { ...always, ...simulated });
