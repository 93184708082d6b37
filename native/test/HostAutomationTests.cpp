#include "HostFixture.h"

#include "tiller/vst3/AutomationPoints.h"

namespace tiller::test
{

namespace
{

/** A constant input of 1. */
Audio constant (int numSamples) { return Audio (2, std::vector<float> (static_cast<std::size_t> (numSamples), 1.0f)); }

/** The plugin bypassed a whole latency before the engine did, and even earlier in larger blocks. */
void bypassLandsOnItsSample()
{
    for (const int maxBlock : { 64, 512 })
    {
        const StreamSetup setup { 48000.0, maxBlock, 2, 2, true };
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        auto input = silence (8000);

        for (auto& channel : input)
            std::fill (channel.begin(), channel.end(), 1.0f);

        constexpr int drawn = 3000;
        const auto output = render (plugin, input, setup, nullptr, { { amount, 0, 0.5 }, { bypass, drawn, 1.0 } });
        const int latency = plugin.latencySamples();

        for (int i = 600; i < 8000 - latency; ++i)
            CHECK_EQUAL (output[0][static_cast<std::size_t> (i + latency)], i < drawn ? 0.5f : 1.0f);
    }
}

/** The value of a parameter at `sample` by its automation points: straight lines between points of one block, else steps. */
double drawn (const std::vector<Point>& points, int maxBlock, int sample)
{
    constexpr int rampStep = 16;
    double value = 0.0;

    for (std::size_t p = 0; p < points.size() && points[p].offset <= sample; ++p)
    {
        value = points[p].normalised;

        if (p + 1 == points.size() || points[p + 1].offset <= sample || points[p].offset / maxBlock != points[p + 1].offset / maxBlock)
            continue;

        const auto& next = points[p + 1];
        const int along = (sample - points[p].offset) / rampStep * rampStep;
        value += (next.normalised - value) * along / (next.offset - points[p].offset);
    }

    return value;
}

void automationLandsOnItsSample()
{
    const StreamSetup setup { 48000.0, 512, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    auto input = silence (8000);

    for (auto& channel : input)
        std::fill (channel.begin(), channel.end(), 1.0f);

    // A step and a line within one block; points at a block's first and last sample; two values at one sample.
    const std::vector<Point> points { { amount, 0, 1.0 }, { amount, 1100, 0.5 }, { amount, 1101, 0.25 }, { amount, 1500, 0.75 }, { amount, 2048, 0.125 },
                                      { amount, 2559, 0.0 }, { amount, 3000, 0.0 }, { amount, 3000, 0.875 }, { amount, 4095, 0.875 } };
    const auto output = render (plugin, input, setup, nullptr, points);
    const int latency = plugin.latencySamples();

    for (int i = 600; i < 8000 - latency; ++i)
    {
        const auto heard = output[0][static_cast<std::size_t> (i + latency)];
        const auto expected = static_cast<float> (drawn (points, setup.maxBlock, i));
        CHECK (std::abs (heard - expected) < 1e-6f, "sample ", i, " is ", heard, ", not ", expected);
    }
}

/** With more points in a block than the plugin keeps, the last value was moved to the start of the block, before older ones. */
void theLastPointOfABlockKeepsItsPlace()
{
    constexpr int block = 4096, moves = 2000, lastAt = 3000;
    static_assert (moves > AutomationPoints::capacity);
    const StreamSetup setup { 48000.0, block, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    std::vector<Point> points { { amount, 0, 0.75 } };

    // In the second block, steps up to 0.5, then one to 0.125 and one of another parameter.
    for (int i = 0; i < moves; ++i)
        points.push_back ({ amount, block + i, 0.5 * i / moves });

    points.push_back ({ amount, block + lastAt, 0.5 });
    points.push_back ({ amount, block + lastAt, 0.125 });
    points.push_back ({ bypass, block + lastAt + 500, 1.0 });
    const auto output = render (plugin, constant (3 * block + 4096), setup, nullptr, points);
    const auto latency = static_cast<std::size_t> (plugin.latencySamples());
    const auto heard = [&] (int sample) { return output[0][static_cast<std::size_t> (sample) + latency]; };

    CHECK_EQUAL (heard (block - 1), 0.75f);
    CHECK_EQUAL (heard (block + lastAt), 0.125f);
    CHECK_EQUAL (heard (block + lastAt + 499), 0.125f);
    CHECK_EQUAL (heard (block + lastAt + 500), 1.0f);
    CHECK_EQUAL (heard (2 * block), 1.0f);

    // In between the values rise, as they were drawn, and none comes ahead of its time.
    for (int i = 1; i < lastAt; ++i)
    {
        CHECK (heard (block + i) >= heard (block + i - 1), "sample ", i, " is ", heard (block + i), " after ", heard (block + i - 1));
        CHECK (heard (block + i) <= 0.5f * static_cast<float> (std::min (i, moves)) / moves + 1e-6f, "sample ", i, " is ", heard (block + i));
    }
}

/** A host that draws a line through several blocks may send only its value at the end of each; that was played as stairs. */
void aPointAtTheEndOfABlockIsARamp()
{
    constexpr int block = 512;
    const StreamSetup setup { 48000.0, block, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    // From 1 down to 0.5 in the fourth block, and on to 0.25; a switch has no values in between.
    const std::vector<Point> points { { amount, 0, 1.0 }, { amount, 4 * block - 1, 0.5 }, { amount, 5 * block - 1, 0.25 }, { bypass, 8 * block - 1, 1.0 } };
    const auto output = render (plugin, constant (16 * block), setup, nullptr, points);
    const auto latency = static_cast<std::size_t> (plugin.latencySamples());
    const auto heard = [&] (int sample) { return output[0][static_cast<std::size_t> (sample) + latency]; };

    for (int i = 0; i < block; ++i)
    {
        const auto along = static_cast<float> (i == block - 1 ? i : i / 16 * 16) / static_cast<float> (block - 1);
        CHECK (std::abs (heard (3 * block + i) - (1.0f - 0.5f * along)) < 1e-6f, "sample ", i, " is ", heard (3 * block + i));
        CHECK (std::abs (heard (4 * block + i) - (0.5f - 0.25f * along)) < 1e-6f, "sample ", i, " is ", heard (4 * block + i));
    }

    CHECK_EQUAL (heard (8 * block - 2), 0.25f);
    CHECK_EQUAL (heard (8 * block - 1), 1.0f);
}

/** A value that the host was shown a moment before was taken for its echo, though the host had moved on and come back to it. */
void aReturnToAShownValueIsPlayed()
{
    LiveFixture fixture;
    fixture.plugin.takeEdits();
    inject ("move");
    CHECK (eventually (patience, [&]
    {
        fixture.live->step();
        const auto edits = fixture.plugin.takeEdits();
        return std::any_of (edits.begin(), edits.end(), [] (const Point& edit) { return edit.index == dryWet && edit.normalised == 0.25; });
    }), "the host was not notified");
    // This host does not pass on what it is notified of; its automation moves, and returns to that value, in one block and later.
    fixture.live->step ({ { dryWet, 0, 0.75 } });
    fixture.live->step ({ { dryWet, 0, 0.25 } });
    fixture.live->step();
    CHECK_EQUAL (decodeState (fixture.plugin.state()).parameters[dryWet], 0.25f);
    inject ("report-values");
    CHECK (eventually (patience, [&] { fixture.live->step(); return decodeState (fixture.plugin.state()).preset.find ("\"dryWet\":0.25") != std::string::npos; }),
           decodeState (fixture.plugin.state()).preset);
}

} // namespace

void addAutomationTests (Suite& suite)
{
    suite.add ("bypass lands on its sample", bypassLandsOnItsSample);
    suite.add ("automation lands on its sample", automationLandsOnItsSample);
    suite.add ("the last point of a block keeps its place", theLastPointOfABlockKeepsItsPlace);
    suite.add ("a point at the end of a block is a ramp", aPointAtTheEndOfABlockIsARamp);
    suite.add ("a return to a shown value is played", aReturnToAShownValueIsPlayed);
}

} // namespace tiller::test
