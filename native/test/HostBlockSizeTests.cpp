// Hosts whose blocks are longer than the engine's, or than they announced; and other arrangements that few hosts ask for.

#include "HostFixture.h"

#include <cstdlib>

namespace tiller::test
{

namespace
{

/** Plays until every sample of a whole block is the engine's. */
void playUntilWet (Vst3Instance& plugin, const StreamSetup& setup, int blockSamples)
{
    auto played = setup;
    played.maxBlock = blockSamples;
    Live live (plugin, played, level);
    live.step ({ { amount, 0, 0.5 } });
    CHECK (live.secondsUntil (steered, patience) >= 0.0, "the engine was never heard");

    const auto isWet = [&]
    {
        live.step();
        const auto& block = live.lastOutput();
        return std::all_of (block.begin(), block.end(), [] (float sample) { return std::abs (sample - steered) < 1e-4f; });
    };

    CHECK (eventually (patience, isWet), "blocks of ", blockSamples, " are partly dry");
}

/** The engine takes 8192 samples at once: of 12000 half were dry, of 16384 nearly all. */
void longBlocksAreWet()
{
    for (const int samples : { 12000, 16384 })
    {
        const StreamSetup setup { 48000.0, samples, 2, 2, false };
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        playUntilWet (plugin, setup, samples);
        CHECK_EQUAL (plugin.latencySamples(), expectedLatency (setup));
    }
}

/** Blocks beyond the announced size were written past the end of a buffer of JUCE's wrapper. */
void unannouncedBlocksAreWet()
{
    const StreamSetup setup { 48000.0, 512, 2, 2, false };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    playUntilWet (plugin, setup, 4096);
    CHECK_EQUAL (plugin.latencySamples(), expectedLatency (setup));
}

/** Split blocks keep every event at its sample. */
void unannouncedBlocksAreExact()
{
    const auto input = noise (65536);
    const std::vector<Point> points { { amount, 0, 0.5 }, { amount, 700, 0.2 }, { amount, 5000, 0.9 }, { amount, 5100, 0.1 }, { amount, 40001, 0.7 } };
    std::vector<Audio> outputs;

    for (const int blockSamples : { 512, 4096, 3000 })
    {
        const StreamSetup setup { 48000.0, 512, 2, 2, true };
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        auto output = silence (65536);

        for (int at = 0; at < 65536; at += blockSamples)
        {
            const int length = std::min (blockSamples, 65536 - at);
            std::vector<Point> here;

            for (const auto& point : points)
                if (point.offset >= at && point.offset < at + length)
                    here.push_back ({ point.index, point.offset - at, point.normalised });

            // Two points of one block are the ends of a ramp: each is sent with its own start, so that all sizes mean the same.
            std::vector<Point> steps;

            for (std::size_t i = 0; i < here.size(); ++i)
            {
                if (i > 0)
                    steps.push_back ({ here[i].index, here[i].offset - 1, here[i - 1].normalised });

                steps.push_back (here[i]);
            }

            plugin.process (input, output, at, length, steps, { true, at });
        }

        outputs.push_back (output);
    }

    for (std::size_t i = 0; i < outputs[0][0].size(); ++i)
        CHECK (outputs[0][0][i] == outputs[1][0][i] && outputs[0][0][i] == outputs[2][0][i], "sample ", i, ": ", outputs[0][0][i], ", ", outputs[1][0][i], ", ", outputs[2][0][i]);
}

/** Without an engine the dry track keeps the ceiling of the output. */
void aDryTrackKeepsTheCeiling()
{
    // The engine does not start before this file exists.
    const std::string mayStart = std::string (std::getenv ("TILLER_FAKE_FAULT")) + ".start";
    setenv ("TILLER_FAKE_START", mayStart.c_str(), 1);
    const StreamSetup setup { 48000.0, 256, 2, 2, false };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    Live live (plugin, setup, 1e30f);
    // Every step checks that nothing is above full scale.
    const float ceiling = std::pow (10.0f, protocol::parameters[ParameterTable::indexOf ("ceiling")].initial / 20.0f);
    float last = 0.0f;
    CHECK (eventually (patience, [&] { last = live.step(); return std::abs (last - ceiling) < 1e-3f; }), "the dry track ended at ", last);
    unsetenv ("TILLER_FAKE_START");
}

/** It answered true with a bus too many or too few. */
void onlyOneBusIsAccepted()
{
    Vst3Instance plugin (bundle);
    CHECK (plugin.acceptsBuses (1, 1));

    for (const auto& [inputs, outputs] : { std::pair { 0, 1 }, std::pair { 2, 1 }, std::pair { 1, 0 }, std::pair { 1, 2 }, std::pair { 0, 0 } })
        CHECK (! plugin.acceptsBuses (inputs, outputs), inputs, " input buses, ", outputs, " output buses");

    plugin.activate ({});
}

} // namespace

void addBlockSizeTests (Suite& suite)
{
    suite.add ("long blocks are wet", longBlocksAreWet);
    suite.add ("unannounced blocks are wet", unannouncedBlocksAreWet);
    suite.add ("unannounced blocks are exact", unannouncedBlocksAreExact);
    suite.add ("a dry track keeps the ceiling", aDryTrackKeepsTheCeiling);
    suite.add ("only one bus is accepted", onlyOneBusIsAccepted);
}

} // namespace tiller::test
