"""The official `openai` package against the local endpoint."""

import json
from typing import Literal

import openai
from checks import ENDPOINT, MODEL, REAL, TOKEN, check, raises, run
from pydantic import BaseModel

client = openai.OpenAI(base_url=f"{ENDPOINT}/v1", api_key=TOKEN, max_retries=0, timeout=120)
ASK = [{"role": "user", "content": "Who works in a signal box? Answer briefly."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


class Invoice(BaseModel):
    number: str
    total: float
    paid: bool


class Payment(BaseModel):
    """Closed kinds only: a small model that is held to a grammar writes numbers and texts without an end."""

    currency: Literal["EUR", "GBP", "USD"]
    paid: bool


@check()
def a_chat_is_answered_and_says_how():
    answer = client.chat.completions.create(model=MODEL, messages=ASK, max_tokens=40)
    assert answer.choices[0].message.content.strip()
    assert answer.choices[0].finish_reason in ("stop", "length")
    assert answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    note = answer.signalbox
    assert note["verdict"] == "unverified" and note["reason"], note
    assert note["model"] == MODEL and note["degraded"] is False, note


@check()
def headers_say_who_answered():
    answer = client.chat.completions.with_raw_response.create(model=MODEL, messages=ASK, max_tokens=10)
    assert answer.headers["x-signalbox-model"] == MODEL
    assert answer.headers["x-signalbox-verdict"] == "unverified"
    assert answer.headers["x-signalbox-call-id"] == answer.parse().signalbox["call_id"]
    float(answer.headers["x-signalbox-cost-usd"])


@check()
def a_chat_streams_piece_by_piece():
    stream = client.chat.completions.create(
        model=MODEL, messages=ASK, max_tokens=40, stream=True, stream_options={"include_usage": True}
    )
    pieces, usage, finish = [], None, None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            finish = choice.finish_reason or finish
    assert len([piece for piece in pieces if piece]) > 1, pieces
    assert finish in ("stop", "length") and usage.completion_tokens > 0


@check(real=False)
def a_stream_says_the_same_as_an_answer_in_one_piece():
    whole = client.chat.completions.create(model=MODEL, messages=ASK).choices[0].message.content
    stream = client.chat.completions.create(model=MODEL, messages=ASK, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == whole


@check(real=False)
def a_tool_is_asked_for_and_its_result_taken():
    answer = client.chat.completions.create(model=MODEL, messages=ASK, tools=[WEATHER], tool_choice="required")
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls"
    call = message.tool_calls[0]
    assert call.function.name == "weather" and "city" in json.loads(call.function.arguments)
    result = {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"}
    answer = client.chat.completions.create(model=MODEL, messages=[*ASK, message, result], tools=[WEATHER])
    assert answer.choices[0].message.content


@check(real=False)
def the_stream_helper_gathers_tool_calls():
    with client.chat.completions.stream(model=MODEL, messages=ASK, tools=[WEATHER]) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert "city" in json.loads(message.tool_calls[0].function.arguments)


@check()
def a_schema_gives_a_parsed_value():
    ask = [{"role": "user", "content": "Invoice 7 over 12.50 EUR, not yet paid. Extract it."}]
    answer = client.chat.completions.parse(model=MODEL, messages=ask, response_format=Payment, max_tokens=120)
    assert isinstance(answer.choices[0].message.parsed, Payment)


@check(real=False)
def several_choices_come_back():
    answer = client.chat.completions.create(model=MODEL, messages=ASK, n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert all(choice.message.content for choice in answer.choices)


@check(real=False)
def a_prompt_of_the_workspace_is_named_as_a_model():
    answer = client.chat.completions.create(
        model="prompt:search/rewrite@production", messages=[], metadata={"question": "Is it allowed to camp there?"}
    )
    assert json.loads(answer.choices[0].message.content)["queries"]
    values = {"shop": {"name": "Harbour", "sign_off": "Jo"}, "customer": {"name": "Maya"}, "message": "Where is it?"}
    answer = client.chat.completions.create(
        model="prompt:support/reply", messages=[], extra_headers={"x-signalbox-vars": json.dumps(values)}
    )
    assert answer.choices[0].message.content
    error = raises(
        openai.BadRequestError,
        lambda: client.chat.completions.create(model="prompt:search/rewrite", messages=[], metadata={}),
    )
    assert "question" in error.message, error.message
    error = raises(openai.NotFoundError, lambda: client.chat.completions.create(model="prompt:no/such", messages=ASK))
    assert error.code == "model_not_found", error.body


@check()
def a_response_is_answered():
    answer = client.responses.create(model=MODEL, input="Who works in a signal box?", max_output_tokens=40)
    assert answer.output_text.strip() and answer.usage.output_tokens > 0
    assert answer.status in ("completed", "incomplete")
    assert answer.signalbox["model"] == MODEL


@check()
def a_response_streams_its_events():
    kinds = []
    with client.responses.stream(model=MODEL, input="Who works in a signal box?", max_output_tokens=40) as stream:
        text = ""
        for event in stream:
            kinds.append(event.type)
            if event.type == "response.output_text.delta":
                text += event.delta
        final = stream.get_final_response() if "response.completed" in kinds else None
    assert kinds[0] == "response.created" and kinds[-1] in ("response.completed", "response.incomplete"), kinds
    if final is not None:
        assert final.output_text == text


@check(real=False)
def a_response_asks_for_tools_and_parses():
    tool = {"type": "function", "name": "weather", "parameters": WEATHER["function"]["parameters"], "strict": True}
    answer = client.responses.create(model=MODEL, input="Weather?", tools=[tool], tool_choice="required")
    call = next(item for item in answer.output if item.type == "function_call")
    given = [
        {"role": "user", "content": "Weather?"},
        {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments},
        {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"},
    ]
    assert client.responses.create(model=MODEL, input=given, tools=[tool]).output_text
    parsed = client.responses.parse(model=MODEL, input="Invoice 7 over 12.50", text_format=Invoice)
    assert isinstance(parsed.output_parsed, Invoice)


@check()
def models_routes_and_prompts_are_listed():
    ids = [model.id for model in client.models.list()]
    assert MODEL in ids and "route:default" in ids and (REAL or "prompt:search/rewrite@production" in ids), ids
    assert client.models.retrieve(MODEL).id == MODEL


@check(real=False)
def embeddings_pass_through():
    answer = client.embeddings.create(model=MODEL, input=["one", "two"])
    assert len(answer.data) == 2 and len(answer.data[0].embedding) > 8
    assert all(isinstance(number, float) for number in answer.data[0].embedding)
    assert answer.usage.prompt_tokens > 0


@check(real=False)
def every_failure_is_the_class_that_the_client_has_for_it():
    def ask(model, **more):
        return lambda: client.chat.completions.create(model=model, messages=ASK, **more)

    for model, kind, status, code in [
        ("no-such-model", openai.NotFoundError, 404, "model_not_found"),
        ("wrong", openai.BadRequestError, 400, None),
        ("long", openai.BadRequestError, 400, "context_length_exceeded"),
        ("refuses", openai.BadRequestError, 400, "content_policy_violation"),
        ("keyless", openai.InternalServerError, 502, "upstream_credentials"),
        ("busy", openai.RateLimitError, 429, None),
        ("overloaded", openai.InternalServerError, 503, None),
        ("broken", openai.InternalServerError, 502, None),
        ("silent", openai.InternalServerError, 502, None),
        ("route:stalls", openai.InternalServerError, 504, None),
        ("route:dear", openai.RateLimitError, 429, "budget_exceeded"),
    ]:
        error = raises(kind, ask(model))
        assert error.status_code == status, (model, error.status_code, error.body)
        assert code is None or error.code == code, (model, error.code, error.body)
        assert error.message and error.type, (model, error.body)
        if status in (429, 503) and model != "route:dear":
            assert int(error.response.headers["retry-after"]) >= 1, model
        streamed = raises(kind, ask(model, stream=True))
        assert streamed.status_code == status, (model, "streamed", streamed.body)
    stranger = openai.OpenAI(base_url=f"{ENDPOINT}/v1", api_key="sbx_wrong", max_retries=0)
    raises(openai.AuthenticationError, lambda: stranger.chat.completions.create(model=MODEL, messages=ASK))
    raises(openai.BadRequestError, ask(MODEL, temperature="warm"))


@check(real=False)
def an_answer_that_breaks_off_is_an_error_and_never_an_end():
    seen = []

    def read():
        for chunk in client.chat.completions.create(model="cut", messages=ASK, stream=True):
            for choice in chunk.choices:
                seen.append((choice.delta.content, choice.finish_reason))

    error = raises(openai.APIError, read)
    assert "stream" in error.message or "ended" in error.message, error.message
    assert any(text for text, _ in seen) and not any(finish for _, finish in seen), seen
    raises(openai.InternalServerError, lambda: client.chat.completions.create(model="cut", messages=ASK))

    def respond():
        kinds = [event.type for event in client.responses.create(model="cut", input="Go", stream=True)]
        return kinds

    try:
        kinds = respond()
        assert "response.completed" not in kinds and kinds[-1] in ("response.failed", "error"), kinds
    except openai.APIError:
        pass


@check(real=False)
def the_clients_own_retry_waits_as_it_is_asked():
    patient = openai.OpenAI(base_url=f"{ENDPOINT}/v1", api_key=TOKEN, max_retries=1)
    # The provider refuses once, and asks for a second; the gateway's patience for it is nothing.
    assert patient.chat.completions.create(model="busy-once", messages=ASK).choices[0].message.content


@check(real=False)
def a_client_that_waits_no_longer_times_out():
    raises(
        openai.APITimeoutError,
        lambda: client.with_options(timeout=0.4).chat.completions.create(model="hangs", messages=ASK),
    )


@check()
def a_stream_can_be_left():
    stream = client.chat.completions.create(model="slow" if not REAL else MODEL, messages=ASK, stream=True)
    next(iter(stream))
    stream.close()


if __name__ == "__main__":
    run()
