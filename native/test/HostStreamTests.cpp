#include "HostFixture.h"

namespace tiller::test
{

namespace
{

void latencyIsExact()
{
    for (const double rate : { 22050.0, 44100.0, 48000.0, 96000.0, 192000.0 })
    {
        for (const int maxBlock : { 16, 64, 441, 1024 })
        {
            StreamSetup setup { rate, maxBlock, 2, 2, false };
            Vst3Instance plugin (bundle);
            plugin.activate (setup);
            CHECK (eventually (patience, [&] { return plugin.latencySamples() == expectedLatency (setup); }), plugin.latencySamples());
            plugin.setOffline (true);
            setup.offline = true;

            auto input = silence (8000);
            input[0][1234] = 1.0f;
            input[1][1235] = 1.0f;
            std::mt19937 random (7);
            const auto output = render (plugin, input, setup, &random, { { amount, 0, 0.5 } });
            const auto at = static_cast<std::size_t> (1234 + plugin.latencySamples());

            for (std::size_t i = 0; i < output[0].size(); ++i)
            {
                CHECK (output[0][i] == (i == at ? 0.5f : 0.0f), "left, rate ", rate, " block ", maxBlock, " sample ", i, " is ", output[0][i], ", impulse due at ", at);
                CHECK (output[1][i] == (i == at + 1 ? 0.5f : 0.0f), "right, rate ", rate, " block ", maxBlock, " sample ", i);
            }
        }
    }
}

/** Engines reject fractional rates: each one failed, and only the dry signal was heard. */
void aFractionalRatePlays()
{
    const StreamSetup setup { 47952.046875, 256, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    const auto output = render (plugin, Audio (2, std::vector<float> (8000, level)), setup, nullptr, { { amount, 0, 0.5 } });
    CHECK_EQUAL (output[0].back(), steered);
}

void bypassIsAligned()
{
    const StreamSetup setup { 48000.0, 256, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    const auto input = noise (20000);
    const auto output = render (plugin, input, setup, nullptr, { { amount, 0, 0.0 }, { bypass, 0, 1.0 } });
    const auto latency = static_cast<std::size_t> (plugin.latencySamples());

    for (std::size_t i = latency; i < output[0].size(); ++i)
        CHECK (output[0][i] == input[0][i - latency], "sample ", i);
}

void monoAndStereo()
{
    for (const auto& [inputs, outputs] : { std::pair { 1, 1 }, std::pair { 1, 2 }, std::pair { 2, 1 }, std::pair { 2, 2 } })
    {
        const StreamSetup setup { 44100.0, 200, inputs, outputs, true };
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        const auto input = noise (6000, inputs);
        const auto output = render (plugin, input, setup);
        const auto latency = static_cast<std::size_t> (plugin.latencySamples());

        for (std::size_t i = latency; i < 6000; ++i)
        {
            for (std::size_t c = 0; c < static_cast<std::size_t> (outputs); ++c)
            {
                const auto at = i - latency;
                const float expected = inputs == outputs ? input[c][at] : inputs == 1 ? input[0][at] : 0.5f * (input[0][at] + input[1][at]);
                CHECK (std::abs (output[c][i] - expected) < 1e-6f, inputs, " in, ", outputs, " out, sample ", i);
            }
        }
    }
}

/** A host that fills up the plugin's latency before its transport moves repeats the same time for a while: nothing of that is lost. */
void latencyIsFilledUp()
{
    Vst3Instance plugin (bundle);
    const StreamSetup setup { 48000.0, 256, 2, 2, true };
    plugin.activate (setup);
    const auto input = noise (20000);
    auto output = silence (20000);
    const int latency = plugin.latencySamples();
    std::int64_t time = 0;

    for (int at = 0; at + 256 <= 20000; at += 256)
    {
        plugin.process (input, output, at, 256, {}, { true, time });
        time += at < latency ? 0 : 256;
    }

    for (std::size_t i = 0; i < 19000; ++i)
        if (i >= static_cast<std::size_t> (latency))
            CHECK (output[0][i] == input[0][i - static_cast<std::size_t> (latency)], "sample ", i);
}

/** Other hosts fill it up while their time runs up to the start, and report only there that they play. */
void latencyIsFilledUpWhileTimeRuns()
{
    constexpr int start = 100000, block = 256;
    std::vector<std::vector<float>> heard;

    for (const int idleBlocks : { 3, 17 })
    {
        Vst3Instance plugin (bundle);
        plugin.activate ({ 48000.0, block, 2, 2, true });
        const int latency = plugin.latencySamples();
        auto silent = silence (block);

        for (int i = 0; i < idleBlocks; ++i)
            plugin.process (silent, silent, 0, block, { { latentNoise, 0, 0.1 }, { amount, 0, 0.5 } }, { false, 1000 });

        const auto input = noise (20000);
        auto output = silence (20000);

        for (int at = 0; at + block <= 20000; at += block)
            plugin.process (input, output, at, block, {}, { at >= latency, start - latency + at });

        heard.emplace_back (output[0].begin() + latency, output[0].end());
        float loudest = 0.0f;

        for (std::size_t i = static_cast<std::size_t> (latency); i < 19000; ++i)
            loudest = std::max (loudest, std::abs (output[0][i] - 0.5f * input[0][i - static_cast<std::size_t> (latency)]));

        CHECK (loudest > 0.0f && loudest <= 0.1f * protocol::parameters[latentNoise].max, "something was lost where the transport moved: ", loudest);
    }

    CHECK (heard[0] == heard[1], "the render depends on how long the host was idle before it");
}

/** A host that stops and continues elsewhere got the end of the audio before. */
void aResetClearsTheAudio()
{
    const StreamSetup setup { 48000.0, 64, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    render (plugin, noise (6400), setup);
    plugin.reset();
    auto input = silence (6400);
    input[0][1000] = 1.0f;
    const auto output = render (plugin, input, setup);

    for (std::size_t i = 0; i < output[0].size(); ++i)
        CHECK_EQUAL (output[0][i], i == 1000 + static_cast<std::size_t> (plugin.latencySamples()) ? 1.0f : 0.0f);
}

void liveStream()
{
    LiveFixture fixture;
    fixture.live->run (2.0);
    CHECK (fixture.live->secondsUntil (steered, patience) >= 0.0);
    CHECK (fixture.plugin.latencySamples() == expectedLatency (fixture.setup));
}

/** The plugin reported its latency before it stored it: prepared again within the notification, it reported the old one. */
void theLatencyIsStoredBeforeItIsReported()
{
    const StreamSetup setup { 48000.0, 128, 2, 2, false };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    CHECK (plugin.latencySamples() != expectedLatency (setup), "there is no change to report");
    plugin.reactivateOnLatencyChange();
    Live live (plugin, setup, level);
    CHECK (eventually (patience, [&] { live.step ({ { amount, 0, 0.5 } }); return plugin.reactivations() > 0 && plugin.latencySamples() == expectedLatency (setup); }));
    CHECK (live.secondsUntil (steered, patience) >= 0.0, "the engine was not heard");
    CHECK_EQUAL (plugin.latencyMismatches(), 0);
}

/** A minute of live audio, with everything that hosts do to a stream. */
void randomBlocksAndParameters()
{
    constexpr double seconds = 60.0;
    const StreamSetup setup { 44100.0, 1024, 2, 2, false };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    std::mt19937 random (3);
    const auto input = noise (1024);
    auto output = silence (1024);
    // The input is below 0.5, and the declicker adds at most the difference at a step.
    const float loudest = 2.0f * (0.5f + protocol::parameters[latentNoise].max);
    std::int64_t time = 0;
    pid_t engine = 0;
    auto due = std::chrono::steady_clock::now();

    while (static_cast<double> (time) < seconds * setup.rate)
    {
        const int numSamples = std::uniform_int_distribution<int> (1, 1024) (random);
        std::vector<Point> points;

        for (int i = std::uniform_int_distribution<int> (0, 30) (random); i > 0; --i)
            points.push_back ({ std::uniform_int_distribution<int> (0, 41) (random), std::uniform_int_distribution<int> (0, numSamples - 1) (random),
                                std::uniform_real_distribution<double> (0.0, 1.0) (random) });

        std::sort (points.begin(), points.end(), [] (const Point& a, const Point& b) { return a.offset < b.offset; });
        plugin.process (input, output, 0, numSamples, points, { random() % 8 != 0, time });
        time += numSamples;

        if (random() % 200 == 0)
            plugin.activate (setup);

        if (random() % 50 == 0)
            plugin.setState (plugin.state());

        for (const auto& channel : output)
            for (int i = 0; i < numSamples; ++i)
                CHECK (std::abs (channel[static_cast<std::size_t> (i)]) <= loudest, "sample ", channel[static_cast<std::size_t> (i)]);

        if (engine == 0 && static_cast<double> (time) > 5.0 * setup.rate)
            engine = engineProcesses().at (0);

        due += std::chrono::duration_cast<std::chrono::steady_clock::duration> (std::chrono::duration<double> (numSamples / setup.rate));
        std::this_thread::sleep_until (due);
    }

    // It is still the same engine, and it is heard.
    CHECK_EQUAL (engineProcesses().at (0), engine);
    plugin.activate (setup);
    Live live (plugin, setup, level);
    live.step ({ { amount, 0, 0.5 }, { latentNoise, 0, 0.0 }, { bypass, 0, 0.0 } });
    CHECK (live.secondsUntil (steered, patience) >= 0.0, "the engine is not heard");
}

/** The player has fixed the latency: models that need less are delayed, and one that needs more does not move it. */
void theLatencyCanBeFixed()
{
    constexpr int fixed = 4800;
    LiveFixture fixture;
    auto& plugin = fixture.plugin;
    const auto isReported = [&] (int samples) { return eventually (patience, [&] { fixture.live->step(); return plugin.latencySamples() == samples; }); };
    const int marks = plugin.projectMarks();
    inject ("fix-latency");
    CHECK (isReported (fixed), plugin.latencySamples());
    CHECK (plugin.projectMarks() > marks, "the host was not notified that the project has changed");
    const auto saved = plugin.state();
    CHECK_EQUAL (decodeState (saved).fixedLatency, 100.0f);
    inject ("more-latency");
    fixture.live->run (1.0);
    CHECK (fixture.live->secondsUntil (steered, patience) >= 0.0, "it is not heard");
    CHECK_EQUAL (plugin.latencySamples(), fixed);
    inject ("follow-latency");
    CHECK (isReported (expectedLatency (fixture.setup) + 20000 - engineLatency), plugin.latencySamples());
    CHECK_EQUAL (decodeState (plugin.state()).fixedLatency, 0.0f);

    for (const bool offline : { false, true })
    {
        const StreamSetup setup { 48000.0, 256, 2, 2, offline };
        Vst3Instance restored (bundle);
        CHECK (restored.setState (saved));
        restored.activate (setup);
        CHECK_EQUAL (restored.latencySamples(), fixed);

        if (! offline)
            continue;

        const auto input = noise (20000, 2, 3);
        const auto output = render (restored, input, setup, nullptr, { { amount, 0, 1.0 } });

        for (std::size_t i = fixed; i < output[0].size(); ++i)
            CHECK (output[0][i] == input[0][i - fixed], "sample ", i);
    }

    // Loaded into an instance that is active already.
    Vst3Instance active (bundle);
    active.activate (fixture.setup);
    CHECK (active.setState (saved));
    CHECK_EQUAL (active.latencySamples(), fixed);
}

} // namespace

void addStreamTests (Suite& suite)
{
    suite.add ("latency is exact", latencyIsExact);
    suite.add ("a fractional rate plays", aFractionalRatePlays);
    suite.add ("bypass is aligned", bypassIsAligned);
    suite.add ("mono and stereo", monoAndStereo);
    suite.add ("latency is filled up before the transport moves", latencyIsFilledUp);
    suite.add ("latency is filled up while time runs", latencyIsFilledUpWhileTimeRuns);
    suite.add ("a reset clears the audio", aResetClearsTheAudio);
    suite.add ("a live stream plays", liveStream);
    suite.add ("the latency can be fixed", theLatencyCanBeFixed);
    suite.add ("the latency is stored before it is reported", theLatencyIsStoredBeforeItIsReported);
    suite.add ("random blocks and parameters", randomBlocksAndParameters);
}

} // namespace tiller::test
