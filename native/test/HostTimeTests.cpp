// Tempo and position of the host's transport, on their way to the engine.

#include "HostFixture.h"

#include <limits>

namespace tiller::test
{

namespace
{

/** Index of the Loop parameter; while it is on, the fake engine plays where it is in the song (test/native/fake-engine.ts). */
constexpr int loop = 42;

struct Heard
{
    std::vector<double> beats;              ///< -1 while the transport is stopped
    std::vector<double> songSamples;        ///< modulo 2^20; -2^20 where they are not known
};

/** Renders `numSamples` in blocks of random length, the transport as `at` says for each sample, beginning at `firstSample` of the song. */
template <typename At>
Heard places (int numSamples, At&& at, int maxBlock = 512, std::int64_t firstSample = 0)
{
    const StreamSetup setup { 48000.0, maxBlock, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    const auto input = silence (numSamples);
    auto output = silence (numSamples);
    std::mt19937 random (5);

    for (int sample = 0; sample < numSamples;)
    {
        const int length = std::min (numSamples - sample, std::uniform_int_distribution<int> (1, maxBlock) (random));
        auto transport = at (sample);
        transport.timeSamples = firstSample + sample;
        plugin.process (input, output, sample, length, sample == 0 ? std::vector<Point> { { loop, 0, 1.0 } } : std::vector<Point> {}, transport);
        sample += length;
    }

    Heard heard;

    for (std::size_t i = static_cast<std::size_t> (plugin.latencySamples()); i < output[0].size(); ++i)
    {
        heard.beats.push_back (1000.0 * output[0][i]);
        heard.songSamples.push_back (2097152.0 * output[1][i]);
    }

    return heard;
}

template <typename At>
std::vector<double> beats (int numSamples, At&& at, int maxBlock = 512)
{
    return places (numSamples, at, maxBlock).beats;
}

void checkBeats (const std::vector<double>& heard, double first, double perSample)
{
    for (std::size_t i = 0; i < heard.size(); ++i)
    {
        const double expected = first + static_cast<double> (i) * perSample;
        CHECK (std::abs (heard[i] - expected) < 1e-3, "sample ", i, " is at beat ", heard[i], ", not ", expected);
    }
}

void theTransportReachesTheEngine()
{
    const double perSample = 137.5 / 60.0 / 48000.0;
    const auto at = [=] (int sample)
    {
        Transport transport { true };
        transport.tempo = 137.5;
        transport.beat = 17.25 + sample * perSample;
        transport.barStart = 4.0 * std::floor (transport.beat / 4.0);
        return transport;
    };
    checkBeats (beats (20000, at), 17.25, perSample);
    // Blocks that the engine gets in parts.
    checkBeats (beats (40000, at, 12000), 17.25, perSample);
}

/** Exactly, in blocks that the engine gets in parts, and beyond 32 bits; before the song's start it is not known. */
void theSampleOfTheSongReachesTheEngine()
{
    const auto at = [] (int)
    {
        Transport transport { true };
        transport.tempo = 120.0;
        return transport;
    };

    for (const std::int64_t first : { std::int64_t { 0 }, std::int64_t { 12345 }, (std::int64_t { 1 } << 40) - 7000 })
    {
        const auto heard = places (40000, at, 12000, first).songSamples;

        for (std::size_t i = 0; i < heard.size(); ++i)
        {
            const auto expected = static_cast<double> ((first + static_cast<std::int64_t> (i)) & 0xfffff);
            CHECK (heard[i] == expected, "sample ", i, " is ", heard[i], " of the song, not ", expected);
        }
    }

    const auto beyond = places (2000, at, 64, std::int64_t { 1 } << 60).songSamples;
    CHECK (beyond.at (0) == -1048576.0, "no song is that long");

    // A count-in: JUCE gives a VST3 the sample 0 all the time, at which an LFO would stand still.
    const auto countIn = places (4000, [] (int sample)
    {
        Transport transport { true };
        transport.tempo = 120.0;
        transport.beat = (sample - 2000) * 120.0 / 60.0 / 48000.0;
        return transport;
    }, 64, -2000).songSamples;
    CHECK (countIn.at (0) == -1048576.0 && countIn.at (1500) == -1048576.0, countIn.at (0));

    for (std::size_t i = 2064; i < countIn.size(); ++i)
        CHECK (countIn[i] == static_cast<double> (i) - 2000.0, "sample ", i, " is ", countIn[i], " of the song");
}

/** Ardour 7.3 gives four times the number of the bar as its start: in bars of three, the grid jumped from bar to bar. */
void barsThatCannotBeginThereAreIgnored()
{
    const double perSample = 180.0 / 60.0 / 48000.0;
    const auto heardWith = [=] (auto&& barStart)
    {
        return beats (96000, [=] (int sample)
        {
            Transport transport { true };
            transport.tempo = 180.0;
            transport.numerator = 3;
            transport.beat = 30.5 + sample * perSample;
            transport.barStart = barStart (transport.beat);
            return transport;
        });
    };
    checkBeats (heardWith ([] (double beat) { return 4.0 * std::floor (beat / 3.0); }), 30.5, perSample);
    checkBeats (heardWith ([] (double beat) { return beat + 0.5; }), 30.5, perSample);
    checkBeats (heardWith ([] (double beat) { return beat - 3.5; }), 30.5, perSample);
    checkBeats (heardWith ([] (double) { return std::numeric_limits<double>::quiet_NaN(); }), 30.5, perSample);
    checkBeats (heardWith ([] (double) { return -std::numeric_limits<double>::infinity(); }), 30.5, perSample);
}

/** Bars of three quarter notes, the first behind an upbeat of one: the grid begins there. Hosts round the start of a bar. */
void barsThatBeginAnywhereMakeTheGrid()
{
    const double perSample = 90.0 / 60.0 / 48000.0;
    const auto heard = beats (48000, [=] (int sample)
    {
        Transport transport { true };
        transport.tempo = 90.0;
        transport.numerator = 3;
        transport.beat = 30.5 + sample * perSample;
        transport.barStart = 1.0 + 3.0 * std::floor ((transport.beat - 1.0) / 3.0) - (sample % 2 == 0 ? 1e-9 : 0.0);
        return transport;
    });
    checkBeats (heard, 29.5, perSample);
}

/** Before the song's start, and with values that no host should give. */
void oddTransportsAreWithinBounds()
{
    const auto heardOf = [] (double tempo, double beat, bool playing)
    {
        return beats (2000, [=] (int)
        {
            Transport transport { playing };
            transport.tempo = tempo;
            transport.beat = beat;
            return transport;
        }, 64).at (0);
    };
    CHECK (std::abs (heardOf (120.0, -3.75, true) + 3.75) < 1e-3);
    CHECK (std::abs (heardOf (1e9, 2.0, true) - 2.0) < 1e-3, "an engine would end for a tempo beyond its bounds");
    CHECK (std::abs (heardOf (120.0, 1e300, true) + 1.0) < 1e-3);
    CHECK (std::abs (heardOf (120.0, 5.0, false) + 1.0) < 1e-3, "the transport is stopped");
    CHECK (std::abs (heardOf (0.0, 5.0, true) + 1.0) < 1e-3, "the host gives no tempo");
}

void theLengthOfTheLoopIsAChoice()
{
    Vst3Instance plugin (bundle);
    CHECK_EQUAL (plugin.parameterName (loop), std::string ("Loop"));
    CHECK_EQUAL (plugin.parameterName (loop + 1), std::string ("Loop length"));
    CHECK (std::abs (plugin.parameter (loop + 1) - 4.0 / 14.0) < 1e-6, "one bar");
}

} // namespace

void addTimeTests (Suite& suite)
{
    suite.add ("the transport reaches the engine", theTransportReachesTheEngine);
    suite.add ("the sample of the song reaches the engine", theSampleOfTheSongReachesTheEngine);
    suite.add ("bars that begin anywhere make the grid", barsThatBeginAnywhereMakeTheGrid);
    suite.add ("bars that cannot begin there are ignored", barsThatCannotBeginThereAreIgnored);
    suite.add ("odd transports are within bounds", oddTransportsAreWithinBounds);
    suite.add ("the length of the loop is a choice", theLengthOfTheLoopIsAChoice);
}

} // namespace tiller::test
