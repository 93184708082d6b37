// The audio path between host and engine, sample by sample, without an engine process.

#include "CoreTests.h"
#include "ExchangeFixture.h"

#include "tiller/stream/RenderStartDetector.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace tiller::test
{

namespace
{

void jitterBufferReadsByPosition()
{
    JitterBuffer buffer;
    buffer.allocate (1, 100);
    std::vector<float> ramp (50);
    std::iota (ramp.begin(), ramp.end(), 0.0f);
    // Just before positions wrap.
    const std::uint32_t start = 0xfffffff0u;
    buffer.jumpTo (start, start + 5);
    buffer.write (0, ramp.data(), 50);
    buffer.publish (50);
    const auto range = buffer.readable();
    CHECK_EQUAL (range.begin, start + 5);
    CHECK_EQUAL (range.end, start + 50);
    CHECK_EQUAL (distance (range.end, range.begin), 45);

    for (std::uint32_t i = 0; i < 50; ++i)
        CHECK_EQUAL (buffer.at (0, start + i), ramp[i]);
}

/** Without an engine the output is the dry signal, delayed by the reported latency, from the first sample on. */
void drySignalIsAligned()
{
    AudioExchange exchange;
    exchange.prepare ({ 48000.0, 100, 1 }, { 400, 50 });
    const auto latency = exchange.latencySamples (exchange.latency());
    CHECK_EQUAL (latency, 550u);
    std::vector<float> input (4000), output (4000);

    for (std::size_t i = 0; i < input.size(); ++i)
        input[i] = static_cast<float> (i + 1);

    std::mt19937 random (4);

    for (int at = 0; at < 4000;)
    {
        const int numSamples = std::min<int> (1 + random() % 100, 4000 - at);
        const float* in = input.data() + at;
        float* out = output.data() + at;
        HostBlock block;
        block.input = &in;
        block.output = &out;
        block.numSamples = numSamples;
        exchange.beginCall ({ numSamples, false, false });
        exchange.process (block);
        at += numSamples;
    }

    for (std::size_t i = 0; i < output.size(); ++i)
        CHECK_EQUAL (output[i], i < latency ? 0.0f : input[i - latency]);
}

/** After 2^31 samples (12.4 hours at 48 kHz) the engine was never heard again. */
void positionsMayWrap()
{
    constexpr std::uint32_t step = 1u << 20;
    JitterBuffer buffer;
    buffer.allocate (1, step);
    PositionThreshold threshold;

    for (std::uint64_t at = step; at <= (1ull << 32) + step; at += step)
    {
        buffer.publish (step);
        const auto range = buffer.readable();
        const auto readable = distance (range.end, range.begin);
        CHECK (readable > 0 && readable <= static_cast<std::int32_t> (buffer.capacity()), "after ", at, " samples: ", readable);

        threshold.advanceTo (range.begin);
        CHECK (threshold.isReachedBy (range.end), "after ", at, " samples");
    }
}

/** A NaN in the input stayed in the crossfades though the engine's audio was finite; after a step it stayed for good. */
void nanInTheInputIsSilence()
{
    for (const float bad : { std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity() })
    {
        ExchangeFixture fixture;
        fixture.play (100, [] (std::size_t) { return 0.25f; });
        fixture.play (20, [bad] (std::size_t) { return bad; });
        fixture.engineRuns = false;
        fixture.play (40, [bad] (std::size_t i) { return i % 3 == 0 ? bad : 0.25f; });
        fixture.engineRuns = true;
        fixture.play (100, [] (std::size_t) { return 0.25f; });

        for (std::size_t i = 0; i < fixture.output.size(); ++i)
            CHECK (std::isfinite (fixture.output[i]), "sample ", i);

        CHECK_EQUAL (fixture.output.back(), ExchangeFixture::gain * 0.25f);
    }
}

/** Rounding in the mix would exceed the ceiling that the engine has kept. */
void theEngineIsHeardBitExactly()
{
    ExchangeFixture fixture;
    std::vector<float> input (6400);
    std::mt19937 random (5);
    std::uniform_real_distribution<float> loud (-100.0f, 100.0f);
    std::generate (input.begin(), input.end(), [&] { return loud (random); });
    fixture.play (100, [&input] (std::size_t i) { return input[i]; });

    for (std::size_t i = 2000; i < fixture.output.size(); ++i)
        CHECK_EQUAL (fixture.output[i], ExchangeFixture::gain * input[i - fixture.latencySamples()]);
}

/** After a reset by the host the rest of the old audio was played: what was in the delay line, and the engine's output for it. */
void aResetClearsTheAudio()
{
    for (const bool engineRuns : { true, false })
    {
        ExchangeFixture fixture;
        fixture.engineRuns = engineRuns;
        fixture.play (100, [] (std::size_t) { return 0.25f; });
        const auto reset = fixture.output.size();
        fixture.play (50, [] (std::size_t) { return 0.0f; }, [] (HostBlock& block) { block.hostReset = true; });

        for (std::size_t i = reset; i < fixture.output.size(); ++i)
            CHECK (fixture.output[i] == 0.0f, "sample ", i - reset, " after the reset is ", fixture.output[i]);

        // What comes now is heard from its first sample on, without a fade.
        const auto start = fixture.output.size();
        fixture.play (1, [] (std::size_t) { return 0.5f; }, [] (HostBlock& block) { block.hostReset = true; });
        fixture.play (20, [] (std::size_t) { return 0.5f; });

        for (std::size_t i = start + fixture.latencySamples(); i < fixture.output.size(); ++i)
            CHECK_EQUAL (fixture.output[i], engineRuns ? ExchangeFixture::gain * 0.5f : 0.5f);
    }
}

/** The engine applies the bypass parameter at its sample; the plugin also did so at once, which was a whole latency early. */
void theBypassParameterIsLeftToTheEngine()
{
    const ExchangeFixture::Change bypassed = [] (HostBlock& block) { block.fallBackToDry = true; };
    ExchangeFixture fixture;
    fixture.exchange.setSilenceOnFault (true);
    fixture.play (100, [] (std::size_t) { return 0.25f; });
    const auto from = fixture.output.size();

    for (int i = 0; i < 50; ++i)
        fixture.play (1, [] (std::size_t) { return 0.25f; }, bypassed);

    for (auto i = from; i < fixture.output.size(); ++i)
        CHECK_EQUAL (fixture.output[i], ExchangeFixture::gain * 0.25f);

    fixture.engineRuns = false;

    for (int i = 0; i < 50; ++i)
        fixture.play (1, [] (std::size_t) { return 0.25f; }, bypassed);

    CHECK_EQUAL (fixture.output.back(), 0.25f);
    fixture.play (50, [] (std::size_t) { return 0.25f; });
    CHECK_EQUAL (fixture.output.back(), 0.0f);
}

/** The numbers of the blocks, of 100 samples each, with which a render is detected to start. */
std::vector<std::size_t> renderStarts (std::vector<RenderStartDetector::Block> blocks)
{
    RenderStartDetector detector;
    std::vector<std::size_t> starts;

    for (std::size_t i = 0; i < blocks.size(); ++i)
    {
        blocks[i].numSamples = 100;

        if (detector.isRenderStart (blocks[i]))
            starts.push_back (i);
    }

    return starts;
}

void renderStartsAreDetected()
{
    using Starts = std::vector<std::size_t>;
    constexpr bool live = false, offline = true, silent = false, signal = true;

    // Never live: clearing the engine's state caused a click and a gap in audio that was already going through.
    CHECK (renderStarts ({ { false, 0, live, signal }, { true, 500, live, signal }, { true, 600, live, signal }, { true, 200, live, signal },
                         { false, 300, live, signal }, { true, 700, live, signal } }).empty());
    // Offline when the transport starts, also after a pause, and when it jumps.
    CHECK (renderStarts ({ { false, 0, offline, signal }, { true, 500, offline, signal }, { true, 600, offline, signal }, { true, 200, offline, signal },
                         { false, 300, offline, signal }, { true, 700, offline, signal } }) == (Starts { 1, 3, 5 }));
    // A render jumps to its start. While latency is filled up the host repeats the same time, or lets it run up to the start.
    CHECK (renderStarts ({ { false, 0, offline, silent }, { true, 900, offline, signal }, { true, 900, offline, signal }, { true, 1000, offline, signal } }) == (Starts { 1 }));
    CHECK (renderStarts ({ { false, 0, offline, silent }, { false, 900, offline, signal }, { true, 1000, offline, signal } }) == (Starts { 1 }));
    // Without a time it is the first signal of each render, however long the silence before it, and never a live one.
    for (const std::size_t silentBlocks : { 0u, 1u, 7u })
    {
        std::vector<RenderStartDetector::Block> blocks (silentBlocks, { false, {}, offline, silent });
        blocks.insert (blocks.end(), { { false, {}, offline, signal }, { false, {}, offline, silent }, { false, {}, offline, signal } });
        CHECK (renderStarts (blocks) == (Starts { silentBlocks }));
    }

    CHECK (renderStarts ({ { false, {}, live, signal }, { false, {}, offline, signal }, { false, {}, live, signal }, { false, {}, offline, signal } }) == (Starts { 1, 3 }));
    // With a time only the time counts.
    CHECK (renderStarts ({ { false, 0, offline, silent }, { false, 100, offline, signal } }).empty());
}

/** An offline render that the host cancels went on waiting for the engine, for up to 30 s. */
void releaseEndsTheWait()
{
    ExchangeFixture fixture (64, { 0, 0 });
    const auto offline = [] (HostBlock& block) { block.offline = true; };
    fixture.exchange.setEngineReady (true);
    fixture.engineRuns = false;
    std::atomic<bool> returned { false };

    // The second block waits for the output of the first, which never comes.
    std::thread audio ([&]
    {
        fixture.play (1, [] (std::size_t) { return 0.25f; }, offline);
        fixture.play (1, [] (std::size_t) { return 0.25f; }, offline);
        returned = true;
    });

    CHECK (eventually (patience, [&] { return fixture.exchange.position() == 128; }));
    const bool waited = ! returned;
    fixture.exchange.cancelWaiting();
    const bool ended = eventually (10.0, [&] { return returned.load(); });
    audio.join();
    CHECK (waited, "nothing was waited for");
    CHECK (ended, "the wait went on");
    CHECK_EQUAL (fixture.exchange.counters.offlineTimeouts.load(), 0u);
}

/** What was released is prepared again as if it were new. */
void aReleasedStreamCanBePreparedAgain()
{
    ExchangeFixture fixture;
    const auto signal = [] (std::size_t i) { return static_cast<float> (i % 100); };
    fixture.play (50, signal);
    const auto first = std::exchange (fixture.output, {});
    const auto epoch = fixture.exchange.epoch;
    fixture.exchange.release();
    CHECK_EQUAL (fixture.exchange.streamFormat().channels, 0);
    CHECK (fixture.exchange.epoch != epoch, "late messages of the engine are for the stream that has ended");

    fixture.exchange.prepare ({ 48000.0, fixture.blockSize, 1 }, fixture.latency);
    fixture.exchange.setEngineReady (true);
    fixture.restart();
    fixture.play (50, signal);
    CHECK (fixture.output == first, "the second stream differs from the first");
}

/** What a host delivers at once may be longer than what the engine takes: 12000 samples were half dry, since the latency was that of 8192. */
void longBlocksAreHeardWhole()
{
    for (const int blockSize : { 12000, 16384, 40000 })
    {
        ExchangeFixture fixture (blockSize);
        const auto first = fixture.latencySamples();
        CHECK (first > static_cast<std::size_t> (blockSize));
        fixture.play (8, [] (std::size_t i) { return 0.25f + 1e-6f * static_cast<float> (i); });

        for (std::size_t i = first; i < fixture.output.size(); ++i)
            CHECK_EQUAL (fixture.output[i], ExchangeFixture::gain * (0.25f + 1e-6f * static_cast<float> (i - first)));

        CHECK_EQUAL (fixture.exchange.counters.underruns.load(), 0u);
    }
}

/** A track's 1e30 passed while the engine was not there. */
void theDrySignalKeepsTheCeiling()
{
    constexpr float ceiling = 0.8f;
    const auto play = [] (const ExchangeFixture::Signal& signal, bool bypass)
    {
        ExchangeFixture fixture;
        fixture.engineRuns = false;

        for (int b = 0; b < 400; ++b)
            fixture.play (1, signal, [bypass] (HostBlock& block) { block.ceiling = ceiling; block.fallBackToDry = bypass; });

        return std::pair { fixture.output, fixture.latencySamples() };
    };

    const auto [loud, latency] = play ([] (std::size_t i) { return i % 7000 == 1000 ? -1e30f : i % 5 == 0 ? 3.0f : 0.5f; }, false);
    bool reached = false;

    for (std::size_t i = 0; i < loud.size(); ++i)
    {
        CHECK (std::abs (loud[i]) <= ceiling, "sample ", i, " is ", loud[i]);
        reached = reached || std::abs (loud[i]) > 0.99f * ceiling;
    }

    CHECK (reached, "nothing was heard");
    const auto quiet = [] (std::size_t i) { return 0.79f * std::sin (0.1f * static_cast<float> (i)); };

    for (const bool bypass : { false, true })
    {
        const auto signal = [&] (std::size_t i) { return bypass ? 10.0f * quiet (i) : quiet (i); };
        const auto output = play (signal, bypass).first;

        for (std::size_t i = latency; i < output.size(); ++i)
            CHECK (output[i] == signal (i - latency), "sample ", i, bypass ? " of a bypass" : " below the ceiling");
    }
}

/** The remainder that smooths a step came on top of the ceiling. */
void aStepKeepsTheCeiling()
{
    constexpr float ceiling = 0.8f;
    ExchangeFixture fixture;

    for (int b = 0; b < 200; ++b)
    {
        fixture.engineRuns = b % 20 < 12;
        fixture.play (1, [] (std::size_t i) { return i % 200 < 100 ? 2.0f : -2.0f; }, [] (HostBlock& block) { block.ceiling = ceiling; });
    }

    CHECK (fixture.exchange.counters.underruns.load() > 0, "there was no step");

    for (std::size_t i = 0; i < fixture.output.size(); ++i)
        CHECK (std::abs (fixture.output[i]) <= ceiling, "sample ", i, " is ", fixture.output[i]);
}

} // namespace

void addStreamTests (Suite& suite)
{
    suite.add ("the jitter buffer reads by position", jitterBufferReadsByPosition);
    suite.add ("the dry signal is aligned", drySignalIsAligned);
    suite.add ("positions may wrap", positionsMayWrap);
    suite.add ("NaN in the input is silence", nanInTheInputIsSilence);
    suite.add ("the engine is heard bit-exactly", theEngineIsHeardBitExactly);
    suite.add ("a reset clears the audio", aResetClearsTheAudio);
    suite.add ("the bypass parameter is left to the engine", theBypassParameterIsLeftToTheEngine);
    suite.add ("render starts are detected", renderStartsAreDetected);
    suite.add ("long blocks are heard whole", longBlocksAreHeardWhole);
    suite.add ("the dry signal keeps the ceiling", theDrySignalKeepsTheCeiling);
    suite.add ("a step keeps the ceiling", aStepKeepsTheCeiling);
    suite.add ("a release ends the wait for the engine", releaseEndsTheWait);
    suite.add ("a released stream can be prepared again", aReleasedStreamCanBePreparedAgain);
}

} // namespace tiller::test
