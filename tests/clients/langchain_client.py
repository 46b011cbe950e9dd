"""LangChain's client of OpenAI's protocol against the local endpoint."""

import openai
from checks import ENDPOINT, MODEL, TOKEN, check, run
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel


def model(name=MODEL, **more):
    return ChatOpenAI(base_url=f"{ENDPOINT}/v1", api_key=TOKEN, model=name, max_retries=0, **more)


class Invoice(BaseModel):
    """An invoice."""

    number: str
    total: float


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"21 degrees in {city}"


@check()
def a_question_is_answered():
    answer = model(max_tokens=40).invoke("Who works in a signal box?")
    assert answer.content.strip() and answer.usage_metadata["output_tokens"] > 0


@check()
def an_answer_streams():
    assert len([chunk for chunk in model(max_tokens=40).stream("Who works in a signal box?") if chunk.content]) > 1


@check(real=False)
def tools_are_called():
    answer = model().bind_tools([weather]).invoke("Weather in Berlin?")
    assert answer.tool_calls[0]["name"] == "weather" and "city" in answer.tool_calls[0]["args"]


@check(real=False)
def a_schema_gives_a_value():
    for method in ("json_schema", "function_calling"):
        value = model().with_structured_output(Invoice, method=method).invoke("Invoice 7 over 12.50")
        assert isinstance(value, Invoice), method


@check(real=False)
def the_responses_protocol_is_spoken():
    assert model(use_responses_api=True).invoke("Who works in a signal box?").text


@check(real=False)
def embeddings_are_made():
    vectors = OpenAIEmbeddings(
        base_url=f"{ENDPOINT}/v1", api_key=TOKEN, model=MODEL, check_embedding_ctx_length=False, max_retries=0
    ).embed_documents(["one", "two"])
    assert len(vectors) == 2 and len(vectors[0]) > 8


@check(real=False)
def failures_keep_their_class():
    # A class of its own, which is a `RateLimitError` too.
    error = None
    try:
        model("busy").invoke("Hello")
    except openai.RateLimitError as refused:
        error = refused
    assert error is not None and error.status_code == 429


if __name__ == "__main__":
    run()
