// Hosts that call in different patterns, with the packed engine: what is heard is what an offline render gives. Where a host has a
// deadline the outcome depends on what else the machine does: those are measured (`npm run bench -- --only hosts`), and tested on
// a controlled clock in CallPatternTests.cpp.

#include "CallPatterns.h"
#include "EngineFixture.h"
#include "ProgramsFile.h"

#include <chrono>
#include <optional>

namespace tiller::test
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr double measuredSeconds = 3.0;
/** How often a host plays its input at most. */
constexpr double longestRounds = 12.0;

struct Measured
{
    long samples = 0, differing = 0;    ///< compared with the offline render, after the latency; and how many of them are not equal
    int first = -1, last = -1;          ///< of those that differ, in samples of the output
    bool isDry = true;                  ///< all of those are the input
    double latestMilliseconds = 0.0;    ///< when a burst was done, after the next was due: negative where every one was in time
};

/** A live instance that is called in a pattern, without a pause, for as long as needed. */
class PatternHost
{
public:
    PatternHost (const CallPattern& p, StreamSetup s, double inputSeconds = measuredSeconds)
        : pattern (p), setup (s), blockSeconds (s.maxBlock / s.rate), due (p.schedule (static_cast<int> (longestRounds * inputSeconds / blockSeconds) + 1, blockSeconds)),
          input (bursts (static_cast<int> (inputSeconds * s.rate)))
    {
        auto offline = setup;
        offline.offline = true;
        offline.prefetch = false;
        Vst3Instance reference (bundle);
        reference.activate (offline);
        expected = render (reference, input, offline);
        expectedLatency = reference.latencySamples();
        setup.prefetch = p.prefetch;
        plugin.activate (setup);
        start = Clock::now();
    }

    /** Resets the plugin and plays the input, as an offline render does. Empty where the time is over. */
    std::optional<Measured> measure()
    {
        const int samples = static_cast<int> (input[0].size()) / setup.maxBlock * setup.maxBlock;

        if (next + static_cast<std::size_t> (samples / setup.maxBlock) + 1 >= due.size())
            return {};

        plugin.reset();
        auto output = silence (samples);
        Measured measured;
        measured.latestMilliseconds = -1000.0;

        for (int at = 0; at < samples; at += setup.maxBlock, ++next)
        {
            std::this_thread::sleep_until (start + std::chrono::duration_cast<Clock::duration> (std::chrono::duration<double> (due[next])));
            plugin.process (input, output, at, setup.maxBlock, {}, { true, at });
            const std::chrono::duration<double> done = Clock::now() - start;

            if (due[next + 1] > due[next])
                measured.latestMilliseconds = std::max (measured.latestMilliseconds, 1000.0 * (done.count() - due[next + 1]));
        }

        for (int i = plugin.latencySamples(); i < samples; ++i)
        {
            const auto reference = static_cast<std::size_t> (i - plugin.latencySamples() + expectedLatency);

            if (reference >= expected[0].size())
                break;

            ++measured.samples;

            for (std::size_t c = 0; c < output.size(); ++c)
            {
                if (output[c][static_cast<std::size_t> (i)] != expected[c][reference])
                {
                    ++measured.differing;
                    measured.first = measured.first < 0 ? i : measured.first;
                    measured.last = i;
                    measured.isDry = measured.isDry && output[c][static_cast<std::size_t> (i)] == input[c][static_cast<std::size_t> (i - plugin.latencySamples())];
                    break;
                }
            }
        }

        return measured;
    }

    Vst3Instance& instance() noexcept { return plugin; }

private:
    const CallPattern pattern;
    StreamSetup setup;
    const double blockSeconds;
    const std::vector<double> due;
    const Audio input;
    Audio expected;
    int expectedLatency = 0;
    Vst3Instance plugin { bundle };
    Clock::time_point start;
    std::size_t next = 0;
};

void print (const CallPattern& pattern, const StreamSetup& setup, const Measured& measured)
{
    std::printf ("     %s, %g Hz, blocks of %d: %ld of %ld samples differ", pattern.name.c_str(), setup.rate, setup.maxBlock, measured.differing, measured.samples);

    if (pattern.kind != CallPattern::Kind::freeRunning && ! pattern.prefetch)
        std::printf (", latest %.2f ms", measured.latestMilliseconds);

    std::printf ("\n");
    std::fflush (stdout);
}

/** All was heard as rendered offline. */
void checkEqual (const std::optional<Measured>& measured, double rate)
{
    CHECK (measured && measured->samples > rate, "too little was compared");
    CHECK (measured->differing == 0, measured->differing, " samples from ", measured->first, " to ", measured->last,
           measured->isDry ? " are dry" : " are neither what was rendered nor dry");
}

/** A host that says that it processes ahead of time heard the dry track only. It has no deadline, so this holds on any machine. */
void prefetchIsHeardAsRendered (double r, int blockSamples)
{
    const StreamSetup setup { r, blockSamples, 2, 2, false };
    PatternHost host ({ "prefetch", CallPattern::Kind::freeRunning, 0.0, true }, setup);

    for (int i = 0; i < 2; ++i)
    {
        checkEqual (host.measure(), r);
    }
}

/** An engine that has the priority of an audio thread, and computes for a second without waiting, is ended by the system. */
void aLongRenderKeepsItsEngine (bool prefetch)
{
    const StreamSetup setup { 48000.0, 2048, 2, 2, false };
    PatternHost host ({ "long", CallPattern::Kind::freeRunning, 0.0, prefetch }, setup, 20.0);
    // The host's lead becomes known.
    host.measure();
    checkEqual (host.measure(), setup.rate);
}

/** A model that no instance has opened yet is opened while the old one plays: neither the dry track nor silence is heard in between. */
void anotherModelIsRecalledWithoutAGap()
{
    // Held choir plays another model than a new instance.
    const ProgramsFile file ("[{\"program\":5,\"preset\":\"factory/held-choir\"}]");
    const StreamSetup setup { 48000.0, 300, 2, 2, false };
    // As fast as it can, so that there is no deadline to miss.
    PatternHost host ({ "free-running", CallPattern::Kind::freeRunning }, setup);
    host.measure();
    checkEqual (host.measure(), setup.rate);
    auto& plugin = host.instance();
    const int program = plugin.programParameter();
    const auto latency = static_cast<std::size_t> (plugin.latencySamples());
    const auto isRecalled = [&plugin] { return decodeState (plugin.state()).preset.find ("\"name\":\"Held choir\"") != std::string::npos; };
    CHECK (program >= 0 && ! isRecalled());

    const auto input = noise (60000);
    auto output = silence (60000);
    std::vector<float> dry, heard;
    std::int64_t position = 0;

    // Regression: while such a host played, a program was withheld from the engine of a new instance.
    for (int round = 0, roundsAfter = 0; roundsAfter < 2; ++round)
    {
        CHECK (round < 500, "the preset was not recalled");

        for (int at = 0; at < 60000; at += setup.maxBlock, position += setup.maxBlock)
            plugin.process (input, output, at, setup.maxBlock, round == 1 && at == 0 ? std::vector<Point> { { program, 100, 5 / 127.0 } } : std::vector<Point> {}, { true, position });

        dry.insert (dry.end(), input[0].begin(), input[0].end());
        heard.insert (heard.end(), output[0].begin(), output[0].end());
        roundsAfter += isRecalled() ? 1 : 0;
    }

    // Single samples may be equal by chance.
    int runDry = 0, runSilent = 0, longestDry = 0, longestSilence = 0;

    for (std::size_t i = latency + 60000; i < heard.size(); ++i)
    {
        runDry = heard[i] == dry[i - latency] ? runDry + 1 : 0;
        runSilent = std::abs (heard[i]) < 1e-5f ? runSilent + 1 : 0;
        longestDry = std::max (longestDry, runDry);
        longestSilence = std::max (longestSilence, runSilent);
    }

    CHECK (longestDry < 10, "the dry track is heard for ", longestDry, " samples");
    CHECK (longestSilence < 100, "a silence of ", longestSilence, " samples");
}

} // namespace

void addEnginePatternTests (Suite& suite)
{
    suite.add ("another model is recalled without a gap", anotherModelIsRecalledWithoutAGap);
    suite.add ("a long prefetch keeps its engine", [] { aLongRenderKeepsItsEngine (true); });
    suite.add ("a long render without messages keeps its engine", [] { aLongRenderKeepsItsEngine (false); });

    for (const double r : { 44100.0, 48000.0 })
        for (const int samples : { 64, 512, 2048 })
            suite.add ("prefetch is heard as rendered: " + std::to_string (static_cast<int> (r)) + " Hz, blocks of " + std::to_string (samples),
                       [r, samples] { prefetchIsHeardAsRendered (r, samples); });
}

int measurePatterns()
{
    for (const double r : { 44100.0, 48000.0 })
    {
        for (const int samples : { 64, 512, 2048 })
        {
            for (const auto& pattern : callPatterns())
            {
                const StreamSetup setup { r, samples, 2, 2, false };
                PatternHost host (pattern, setup);
                // The engine starts, which takes longer on a busy machine, and the host's lead becomes known.
                auto measured = host.measure();

                while (measured && measured->differing > measured->samples / 2)
                    measured = host.measure();

                host.measure();
                const auto last = host.measure();
                print (pattern, setup, last ? *last : measured.value_or (Measured {}));
            }
        }
    }

    return 0;
}

} // namespace tiller::test
