"""The service over scripted engines: from request to answer, on both ports."""

import asyncio
import itertools

import pytest
from picture_files import blank, data_uri

from server.config import Settings
from server.engines.base import Generator, Recognizer
from server.engines.fake import FakeGenerator, FakeRecognizer
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.engines.registry import EngineRegistry, ServedModel, build_registry
from server.errors import (
    ConfigurationError,
    EngineTimeout,
    EngineUnavailable,
    InternalError,
    InvalidImage,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
)
from server.media.loader import PageLoader
from server.observability.metrics import Metrics
from server.pipeline.admission.admission import build_admission
from server.pipeline.chat import ChatService
from server.pipeline.intake import PageIntake
from server.pipeline.request_context import RequestContext
from server.pipeline.stored_sources import StoredSources
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.settings.groups import FakeSettings
from server.values.chat import ChatRequest, Delta, ImagePart, Message, TextPart
from server.values.pages import ImageSource


def picture():
    return data_uri(blank((40, 30)))


def request(url=None, **kwargs):
    source = ImageSource(content=url or picture(), path="messages[0].content[0].image_url.url")
    message = Message(role="user", parts=(ImagePart(source=source), TextPart(text="Read.")))
    return ChatRequest(**{"model": "m", "messages": (message,), **kwargs})


def make(**settings):
    return Settings(_env_file=None, engine="fake", model="m", **settings)


def ask(service, asked):
    return service.answer(asked, service.identify(asked.model), RequestContext())


def stream(service, asked):
    return service.stream(asked, service.identify(asked.model), RequestContext())


def on_service(settings, use, registry=None):
    async def main():
        engines = registry or build_registry(settings)
        stored = StoredSources.of(settings, None)
        intake = PageIntake(PageLoader(settings, Metrics()), build_admission(settings), stored)
        service = ChatService(settings=settings, registry=engines, intake=intake)
        await engines.start()
        try:
            return await use(service, engines)
        finally:
            await intake.close()
            await engines.stop()

    return asyncio.run(main())


def serving(engine):
    return EngineRegistry([ServedModel(id="m", engine=engine, profile=PP_OCRV6_SMALL, aliases=("also",))])


def test_the_ports_are_told_apart():
    assert isinstance(FakeRecognizer(FakeSettings()), Recognizer)
    assert not isinstance(FakeRecognizer(FakeSettings()), Generator)
    assert isinstance(FakeGenerator(FakeSettings()), Generator)
    assert not isinstance(FakeGenerator(FakeSettings()), Recognizer)


def test_a_reader_answers_with_the_page_and_its_size():
    answer = on_service(make(fake={"text": "A\nB"}), lambda service, _: ask(service, request()))
    (choice,) = answer.choices
    assert (choice.text, choice.refusal, choice.finish_reason) == ("A\nB", None, "stop")
    assert (answer.pages[0].width, answer.pages[0].height) == (40, 30)


def test_a_generator_answers_word_by_word_with_its_own_usage():
    async def use(service, _):
        return [delta async for delta in await stream(service, request(max_tokens=2))]

    deltas = on_service(make(fake={"port": "generator", "text": "one two three"}), use)
    assert "".join(delta.text for delta in deltas) == "one two"
    assert deltas[0].text == "one"
    assert deltas[-1].finish_reason == "length"
    assert (deltas[-1].usage.prompt_tokens, deltas[-1].usage.completion_tokens) == (1, 2)


def test_leaving_a_generator_half_way_closes_it_before_the_next_request_has_its_turn():
    class Endless(FakeGenerator):
        open_generations = 0

        async def generate(self, _request):
            self.open_generations += 1
            try:
                for number in itertools.count():  # counting is no loop to the guard
                    yield Delta(text=f"{number} ")
            finally:
                await asyncio.sleep(0.02)  # telling an engine elsewhere to stop takes a while
                self.open_generations -= 1

    engine = Endless(FakeSettings())

    async def use(service, _):
        opened = await stream(service, request())
        await asyncio.sleep(0.05)  # until nobody reads any more, and the generator waits at its yield
        assert engine.open_generations == 1
        await opened.aclose()
        assert engine.open_generations == 0

    on_service(make(), use, serving(engine))


def test_an_alias_finds_its_model_and_an_unknown_one_lists_what_is_served():
    async def use(service, _):
        assert service.identify("also").id == "m"
        with pytest.raises(ModelNotFound, match=r"'nope' is not served here. Served: 'm'"):
            await ask(service, request(model="nope"))

    on_service(make(), use, serving(FakeRecognizer(FakeSettings())))


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (request(parameters={"n": 2}), InvalidRequest),
        (request(url="data:image/png;base64,AAAA"), InvalidImage),
        (request(messages=()), InvalidRequest),
    ],
)
def test_what_cannot_be_answered_is_raised_before_a_stream_begins(asked, error):
    async def use(service, _):
        with pytest.raises(error):
            await stream(service, asked)
        with pytest.raises(error):
            await ask(service, asked)
        return await ask(service, request())  # and the permit was given back

    assert on_service(make(max_in_flight=1, max_queue=0), use).choices[0].text == "PAGEGLASS FAKE ENGINE"


def test_a_failure_after_the_first_delta_comes_in_the_stream():
    engine = FakeRecognizer(FakeSettings(text="A\nB"), failures=[EngineUnavailable("it died")])

    async def use(service, _):
        opened = await stream(service, request())
        assert (await anext(opened)).text == "A"
        with pytest.raises(EngineUnavailable, match="it died"):
            await anext(opened)
        await opened.aclose()

    on_service(make(), use, serving(engine))
    assert engine.pages_in_work == 0


def test_a_closed_stream_stops_the_engine_and_frees_the_permit():
    engine = FakeRecognizer(FakeSettings(text="A\nB\nC", delay_s=0.05))

    async def use(service, _):
        opened = await stream(service, request())
        assert engine.pages_in_work == 1
        with pytest.raises(Overloaded):
            await ask(service, request())
        await opened.aclose()
        assert engine.pages_in_work == 0
        return await ask(service, request())

    answer = on_service(make(max_in_flight=1, max_queue=0), use, serving(engine))
    assert answer.choices[0].text == "A\nB\nC"


def test_a_request_over_its_time_is_a_timeout():
    async def use(service, _):
        with pytest.raises(EngineTimeout):
            await ask(service, request())

    on_service(make(request_timeout_s=0.05, fake={"delay_s": 5}), use)


def test_an_engine_that_ends_without_a_reason_is_our_fault():
    class Mute(FakeGenerator):
        async def generate(self, _request):
            return
            yield

    async def use(service, _):
        with pytest.raises(InternalError):
            await ask(service, request())

    on_service(make(), use, serving(Mute(FakeSettings())))


def test_an_engine_that_does_not_run_is_unavailable_and_the_registry_says_so():
    for engine in (FakeRecognizer(FakeSettings()), FakeGenerator(FakeSettings())):
        registry = serving(engine)

        async def use(service, engines):
            assert engines.ready
            await engines.stop()
            assert not engines.ready
            with pytest.raises(EngineUnavailable):
                await ask(service, request())

        on_service(make(), use, registry)


def test_the_engine_is_chosen_by_the_model():
    registry = build_registry(Settings(_env_file=None))
    assert isinstance(registry.models[0].engine, RapidOCRRecognizer)
    with pytest.raises(ConfigurationError, match=r"embedded engines do not serve 'gpt-9'.*pp-ocrv6-small"):
        build_registry(Settings(_env_file=None, model="gpt-9", engine="rapidocr"))


def test_the_fingerprint_tells_engines_and_models_apart():
    models = [
        build_registry(Settings(_env_file=None)).models[0],
        build_registry(Settings(_env_file=None, engine="fake")).models[0],
        build_registry(make()).models[0],
    ]
    assert len({model.fingerprint for model in models}) == 3
    assert models[0].fingerprint == build_registry(Settings(_env_file=None)).models[0].fingerprint
