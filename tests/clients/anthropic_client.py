"""The official `anthropic` package against the local endpoint."""

import anthropic
from checks import ENDPOINT, MODEL, REAL, TOKEN, check, raises, run

client = anthropic.Anthropic(base_url=ENDPOINT, api_key=TOKEN, max_retries=0, timeout=120)
ASK = [{"role": "user", "content": "Who works in a signal box? Answer briefly."}]
WEATHER = {
    "name": "weather",
    "description": "The weather in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
# One dot, as a PNG.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def ask(model=MODEL, **more):
    return client.messages.create(**{"model": model, "max_tokens": 60, "messages": ASK, **more})


@check()
def a_message_is_answered_and_says_how():
    answer = ask(system="Answer in one sentence")
    assert answer.type == "message" and answer.role == "assistant"
    assert answer.content[0].type == "text" and answer.content[0].text.strip()
    assert answer.stop_reason in ("end_turn", "max_tokens")
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0
    assert answer.signalbox["model"] == MODEL and answer.signalbox["verdict"] == "unverified", answer.signalbox


@check()
def a_message_streams_piece_by_piece():
    with client.messages.stream(model=MODEL, max_tokens=60, messages=ASK) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert len(pieces) > 1 and final.content[0].text == "".join(pieces)
    assert final.stop_reason in ("end_turn", "max_tokens") and final.usage.output_tokens > 0


@check(real=False)
def a_tool_is_asked_for_and_its_result_taken():
    answer = ask(tools=[WEATHER], tool_choice={"type": "any"})
    assert answer.stop_reason == "tool_use"
    use = next(block for block in answer.content if block.type == "tool_use")
    assert use.name == "weather" and "city" in use.input
    result = {"type": "tool_result", "tool_use_id": use.id, "content": [{"type": "text", "text": "21 degrees"}]}
    told = [*ASK, {"role": "assistant", "content": answer.content}, {"role": "user", "content": [result]}]
    assert ask(messages=told, tools=[WEATHER]).content[0].text


@check(real=False)
def a_streamed_tool_call_is_gathered():
    with client.messages.stream(model=MODEL, max_tokens=200, messages=ASK, tools=[WEATHER]) as stream:
        final = stream.get_final_message()
    assert "city" in next(block for block in final.content if block.type == "tool_use").input


@check(real=False)
def a_picture_is_taken():
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DOT}}
    told = [{"role": "user", "content": [picture, {"type": "text", "text": "What is this?"}]}]
    assert ask(messages=told).content[0].text


@check()
def tokens_are_counted():
    few = client.messages.count_tokens(model=MODEL, messages=ASK).input_tokens
    many = client.messages.count_tokens(model=MODEL, messages=ASK, system="Be brief. " * 50).input_tokens
    assert 0 < few < many, (few, many)


@check()
def models_are_listed():
    assert MODEL in [model.id for model in client.models.list()]


@check(real=False)
def every_failure_is_the_class_that_the_client_has_for_it():
    for model, kind, status in [
        ("no-such-model", anthropic.NotFoundError, 404),
        ("wrong", anthropic.BadRequestError, 400),
        ("long", anthropic.BadRequestError, 400),
        ("refuses", anthropic.BadRequestError, 400),
        ("keyless", anthropic.InternalServerError, 502),
        ("busy", anthropic.RateLimitError, 429),
        ("broken", anthropic.InternalServerError, 502),
        ("route:dear", anthropic.RateLimitError, 429),
    ]:
        error = raises(kind, lambda model=model: ask(model))
        assert error.status_code == status, (model, error.status_code, error.body)
        assert error.body["type"] == "error" and error.body["error"]["message"], error.body
    for model, status in [("overloaded", 503), ("route:stalls", 504)]:
        try:
            ask(model)
            raise AssertionError(f"{model} was answered")
        except anthropic.APIStatusError as error:
            assert error.status_code == status, (model, error.status_code)
    stranger = anthropic.Anthropic(base_url=ENDPOINT, api_key="sbx_wrong", max_retries=0)
    raises(
        anthropic.AuthenticationError,
        lambda: stranger.messages.create(model=MODEL, max_tokens=5, messages=ASK),
    )
    raises(anthropic.BadRequestError, lambda: ask(messages=[{"role": "user", "content": [{"type": "text"}]}]))


@check(real=False)
def an_answer_that_breaks_off_is_an_error_and_never_an_end():
    kinds = []

    def read():
        for event in client.messages.create(model="cut", max_tokens=60, messages=ASK, stream=True):
            kinds.append(event.type)

    try:
        read()
        raise AssertionError(f"no error, but {kinds}")
    except anthropic.APIError as error:
        assert error.message, error
    assert "content_block_delta" in kinds and "message_stop" not in kinds, kinds


@check(real=False)
def a_client_that_waits_no_longer_times_out():
    raises(
        anthropic.APITimeoutError,
        lambda: client.with_options(timeout=0.4).messages.create(model="hangs", max_tokens=5, messages=ASK),
    )


@check()
def a_stream_can_be_left():
    model = MODEL if REAL else "slow"
    with client.messages.stream(model=model, max_tokens=60, messages=ASK) as stream:
        next(iter(stream.text_stream))


if __name__ == "__main__":
    run()
