#include "HostFixture.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>

namespace tiller::test
{

namespace
{

/** Keeps what this process writes to stderr while it exists. */
class StderrCapture
{
public:
    StderrCapture()  { std::fflush (stderr); dup2 (fileno (file), STDERR_FILENO); }
    ~StderrCapture() { std::fflush (stderr); dup2 (before, STDERR_FILENO); close (before); std::fclose (file); }

    bool contains (const char* text) const
    {
        std::array<char, 65536> bytes {};
        const auto count = pread (fileno (file), bytes.data(), bytes.size(), 0);
        return std::string (bytes.data(), static_cast<std::size_t> (std::max<ssize_t> (0, count))).find (text) != std::string::npos;
    }

private:
    std::FILE* const file = std::tmpfile();
    const int before = dup (STDERR_FILENO);
};

void offlineIsDeterministic()
{
    const StderrCapture log;
    const auto input = noise (48000);
    std::vector<Audio> outputs;

    for (int run = 0; run < 3; ++run)
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { 48000.0, 512, 2, 2, true };
        plugin.activate (setup);
        std::mt19937 random (static_cast<unsigned> (run));
        outputs.push_back (render (plugin, input, setup, run == 0 ? nullptr : &random, { { latentNoise, 0, 0.1 } }));
    }

    CHECK (outputs[0] == outputs[1] && outputs[1] == outputs[2], "two renders differ");
    double energy = 0.0;

    for (std::size_t i = 5000; i < 48000; ++i)
        energy += std::abs (outputs[0][0][i] - input[0][i - static_cast<std::size_t> (expectedLatency ({ 48000.0, 512, 2, 2, true }))]);

    CHECK (energy > 100.0, "there was no noise, which had to be repeatable");
    CHECK (! log.contains ("export again"), "a complete render was reported as dry");
}

/** Some hosts run live for a few blocks before they report an offline render: in Ardour each export was reported as dry. */
void aRenderThatStartsLiveIsDeterministic()
{
    const StderrCapture log;
    std::vector<Audio> outputs;

    for (const int liveBlocks : { 3, 17 })
    {
        Vst3Instance plugin (bundle);
        StreamSetup setup { 48000.0, 256, 2, 2, false };
        plugin.activate (setup);
        auto silent = silence (256);

        for (int i = 0; i < liveBlocks; ++i)
            plugin.process (silent, silent, 0, 256, { { latentNoise, 0, 0.1 } });

        plugin.setOffline (true);
        setup.offline = true;
        outputs.push_back (render (plugin, noise (24000), setup));
    }

    CHECK (outputs[0] == outputs[1], "the render depends on the live blocks before it");
    CHECK (! log.contains ("export again"), "what the model's delay leaves before the render was reported as dry");
}

/** Preparing waited for the engine, and with it the host's message thread, for as long as that took to start. */
void preparingARenderDoesNotWait()
{
    for (const bool hasProject : { false, true })
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { 44100.0, 512, 2, 2, true };

        if (hasProject)
        {
            SavedState state;
            state.latency = { 2000, 500 };
            state.rate = setup.rate;
            plugin.setState (state.encode());
        }

        const std::string mayStart = std::string (std::getenv ("TILLER_FAKE_FAULT")) + ".start";
        setenv ("TILLER_FAKE_START", mayStart.c_str(), 1);
        std::atomic<bool> prepared { false };
        std::thread host ([&] { plugin.activate (setup); prepared = true; });
        std::set<pid_t> engines;

        // An engine that does not answer is replaced after a while: the plugin must be prepared before that.
        while (! prepared)
            for (const auto pid : engineProcesses())
                engines.insert (pid);

        host.join();
        std::ofstream (mayStart) << "now";
        unsetenv ("TILLER_FAKE_START");
        CHECK (engines.size() <= 1, "preparing waited for ", engines.size(), " engines");
        const int reported = plugin.latencySamples();
        auto input = silence (30000);
        input[0][20000] = 1.0f;
        const auto output = render (plugin, input, setup, nullptr, { { amount, 0, 0.5 } });
        const auto at = std::max_element (output[0].begin(), output[0].end()) - output[0].begin();
        CHECK_EQUAL (output[0][static_cast<std::size_t> (at)], 0.5f);
        CHECK_EQUAL (static_cast<int> (at) - 20000, reported);
        // The host has got no other number since.
        CHECK_EQUAL (plugin.latencySamples(), reported);
        std::remove (mayStart.c_str());
    }
}

/**
    Where a program change within a render brings a model of another latency, the host was told while it rendered: Ardour moved its
    tracks at another block each time, and no two exports were the same.
*/
void theLatencyStaysThroughARender()
{
    const StreamSetup setup { 48000.0, 256, 2, 2, true };
    const int blocks = 16;
    const auto input = noise (setup.maxBlock * blocks);
    auto output = silence (setup.maxBlock * blocks);
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    const int reported = plugin.latencySamples();
    std::int64_t time = 0;
    int at = 0;
    const auto renderBlock = [&]
    {
        at = static_cast<int> (time / setup.maxBlock % blocks) * setup.maxBlock;
        plugin.process (input, output, at, setup.maxBlock, { { amount, 0, 1.0 } }, { true, time });
        time += setup.maxBlock;
        CHECK_EQUAL (plugin.latencySamples(), reported);
    };
    const auto isLate = [&]
    {
        const auto length = static_cast<int> (input[0].size());
        return output[0][static_cast<std::size_t> (at)] != input[0][static_cast<std::size_t> ((at - reported % length + length) % length)];
    };

    for (int i = 0; i < 60; ++i)
        renderBlock();

    CHECK (! isLate(), "the output is not late by what the host was told");
    inject ("more-latency");
    CHECK (eventually (patience, [&] { renderBlock(); return isLate(); }), "the engine needs no more");

    for (int i = 0; i < 60; ++i)
        renderBlock();

    plugin.setOffline (false);
    Live live (plugin, { setup.rate, setup.maxBlock, 2, 2, false }, level);
    const int needed = expectedLatency (setup) + 20000 - engineLatency;
    CHECK (eventually (patience, [&] { live.step(); return plugin.latencySamples() == needed; }), plugin.latencySamples());
}

/** A host that loads a project and renders it at once read the latency of no project. */
void aLoadedProjectTellsItsLatency()
{
    SavedState state;
    state.latency = { 7000, 500 };
    state.rate = 48000.0;
    const std::string mayStart = std::string (std::getenv ("TILLER_FAKE_FAULT")) + ".start";
    setenv ("TILLER_FAKE_START", mayStart.c_str(), 1);
    Vst3Instance plugin (bundle);
    plugin.activate ({ 48000.0, 512, 2, 2, false });
    CHECK (plugin.latencySamples() != 7000 + 500 + 512);
    CHECK (plugin.setState (state.encode()));
    CHECK_EQUAL (plugin.latencySamples(), 7000 + 500 + 512);
    unsetenv ("TILLER_FAKE_START");
}

/** A render with a crash does not hang: the dry signal fills the gap, the engine is restarted, and the user is warned. */
void aCrashDuringARenderIsReported()
{
    constexpr int numSamples = 96000;
    const StderrCapture log;
    Vst3Instance plugin (bundle);
    const StreamSetup setup { 48000.0, 256, 2, 2, true };
    plugin.activate (setup);
    auto input = silence (numSamples);

    for (auto& channel : input)
        std::fill (channel.begin(), channel.end(), level);

    auto output = silence (numSamples);

    for (int at = 0; at + 256 <= numSamples; at += 256)
    {
        if (at == 256 * 150)
            inject ("crash");

        plugin.process (input, output, at, 256, at == 0 ? std::vector<Point> { { amount, 0, 0.5 } } : std::vector<Point> {}, { true, at });
    }

    int dry = 0;

    for (auto i = static_cast<std::size_t> (plugin.latencySamples()) + 480; i < numSamples - 256; ++i)
    {
        CHECK (output[0][i] > steered - 1e-3f && output[0][i] < level + 1e-3f, "sample ", i, " is ", output[0][i]);
        dry += output[0][i] > steered + 1e-3f ? 1 : 0;
    }

    std::printf ("     dry for %d samples\n", dry);
    CHECK (dry > 0 && dry < 9600, dry);
    CHECK (std::abs (output[0][numSamples - 512] - steered) < 1e-4f, "the engine was not heard again");
    CHECK (eventually (patience, [&] { return decodeState (plugin.state()).preset.find ("export again") != std::string::npos; }), "there was no warning");
    CHECK (log.contains ("export again"), "nothing was logged");
}

/** Where no engine could be started at all, a render was dry and nobody was warned. */
void aRenderWithoutAnEngineIsReported()
{
    const StderrCapture log;
    setenv ("TILLER_FAKE_START", "fail", 1);
    Vst3Instance plugin (bundle);
    const StreamSetup setup { 48000.0, 512, 2, 2, true };
    plugin.activate (setup);
    const auto input = noise (48000);
    const auto output = render (plugin, input, setup);
    unsetenv ("TILLER_FAKE_START");
    const auto latency = static_cast<std::size_t> (plugin.latencySamples());
    CHECK_EQUAL (output[0][40000], input[0][40000 - latency]);
    CHECK (eventually (patience, [&] { return log.contains ("export again"); }), "nothing was logged");
    // The next engine shows it on its page.
    plugin.setOffline (false);
    Live live (plugin, { 48000.0, 512, 2, 2, false }, level);
    CHECK (eventually (2.0 * patience, [&] { live.step(); return decodeState (plugin.state()).preset.find ("export again") != std::string::npos; }), "there was no warning");
}

} // namespace

void addOfflineTests (Suite& suite)
{
    suite.add ("offline is deterministic", offlineIsDeterministic);
    suite.add ("preparing a render does not wait", preparingARenderDoesNotWait);
    suite.add ("the latency stays through a render", theLatencyStaysThroughARender);
    suite.add ("a loaded project tells its latency", aLoadedProjectTellsItsLatency);
    suite.add ("a crash during a render is reported", aCrashDuringARenderIsReported);
    suite.add ("a render without an engine is reported", aRenderWithoutAnEngineIsReported);
    suite.add ("a render that starts live is deterministic", aRenderThatStartsLiveIsDeterministic);
}

} // namespace tiller::test
