// The built VST3 in a headless host, with an engine of the tests' own (test/native/fake-engine.ts).

#include "Checks.h"
#include "EngineChildren.h"
#include "PluginProtocol.h"
#include "Rendering.h"

#include <csignal>
#include <cstdlib>
#include <fstream>

using namespace tiller::test;
namespace protocol = tiller::protocol;

namespace
{

std::string bundle;
constexpr int engineLatency = 300;
constexpr int amount = 16, dryWet = 18, latentNoise = 22, bypass = static_cast<int> (protocol::bypassIndex);

/** The margin that the engine asks for without a model: see src/engine/host/margin.ts. */
int expectedLatency (const StreamSetup& setup)
{
    return engineLatency + static_cast<int> (std::ceil (0.004 * setup.rate)) + setup.maxBlock;
}

void commit (const char* fault)
{
    const char* path = std::getenv ("TILLER_FAKE_FAULT");
    std::ofstream (std::string (path) + ".new") << fault;
    std::rename ((std::string (path) + ".new").c_str(), path);
}

/** Where the engine is heard: half of the input, as `amount` is a half and the dry track is not scaled. */
constexpr float level = 0.5f, steered = 0.25f;

struct LiveRig
{
    StreamSetup setup { 48000.0, 128, 2, 2, false };
    Vst3Instance plugin { bundle };
    std::unique_ptr<Live> live;

    LiveRig()
    {
        plugin.activate (setup);
        live = std::make_unique<Live> (plugin, setup, level);
        live->step ({ { amount, 0, 0.5 } });
        CHECK (live->secondsUntil (steered, 10.0) >= 0.0, "the engine was never heard");
        live->run (0.3);
    }

    /** Seconds until the engine is heard again after something happened to it, having checked that the dry track bridged the gap. */
    double recovery (double limit = 5.0)
    {
        const double toDry = live->secondsUntil (level, 2.0);
        CHECK (toDry >= 0.0, "the dry track was not heard while the engine was away");
        const double toWet = live->secondsUntil (steered, limit);
        CHECK (toWet >= 0.0, "the engine was not heard again");
        return toDry + toWet;
    }
};

//==============================================================================
void latencyIsExact()
{
    for (const double rate : { 22050.0, 44100.0, 48000.0, 96000.0, 192000.0 })
    {
        for (const int maxBlock : { 16, 64, 441, 1024 })
        {
            const StreamSetup setup { rate, maxBlock, 2, 2, true };
            Vst3Instance plugin (bundle);
            plugin.activate (setup);
            CHECK_EQUAL (plugin.latencySamples(), expectedLatency (setup));

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

void automationLandsOnItsSample()
{
    const StreamSetup setup { 48000.0, 512, 2, 2, true };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    auto input = silence (8000);

    for (auto& channel : input)
        std::fill (channel.begin(), channel.end(), 1.0f);

    // Three points within one block, one at a block's start, one at its last sample.
    const std::vector<Point> points { { amount, 0, 1.0 }, { amount, 1100, 0.5 }, { amount, 1101, 0.25 }, { amount, 1500, 0.75 }, { amount, 2048, 0.125 }, { amount, 2559, 0.0 } };
    const auto output = render (plugin, input, setup, nullptr, points);
    const int latency = plugin.latencySamples();

    for (int i = 600; i < 8000 - latency; ++i)
    {
        double expected = 0.0;

        for (const auto& point : points)
            if (point.offset <= i)
                expected = point.normalised;

        CHECK (output[0][static_cast<std::size_t> (i + latency)] == static_cast<float> (expected), "sample ", i, " is ", output[0][static_cast<std::size_t> (i + latency)], ", not ", expected);
    }
}

void stateRoundTrip()
{
    std::vector<std::uint8_t> saved;
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { 48000.0, 256, 2, 2, true };
        plugin.activate (setup);
        auto input = silence (2048);
        render (plugin, input, setup, nullptr, { { amount, 0, 0.3 }, { 0, 10, 0.123 }, { 41, 20, 0.9 } });
        saved = plugin.state();
    }
    Vst3Instance plugin (bundle);
    CHECK (plugin.setState (saved));
    CHECK (plugin.state() == saved, "a restored state is not the same bytes");
    CHECK (eventually (3.0, [&] { return std::abs (plugin.parameter (amount) - 0.3) < 1e-6; }));
    CHECK (std::abs (plugin.parameter (0) - 0.123) < 1e-6);
    CHECK (std::abs (plugin.parameter (41) - 0.9) < 1e-6);

    // The remembered latency is there before any engine is, and what was restored is what plays.
    const StreamSetup setup { 48000.0, 256, 2, 2, false };
    plugin.activate (setup);
    CHECK_EQUAL (plugin.latencySamples(), expectedLatency (setup));
    plugin.activate ({ 48000.0, 256, 2, 2, true });
    auto input = silence (4000);
    std::fill (input[0].begin(), input[0].end(), 1.0f);
    const auto output = render (plugin, input, setup);
    CHECK (std::abs (output[0].back() - 0.3f) < 1e-6f, output[0].back());
}

void damagedStateIsKept()
{
    Vst3Instance first (bundle);
    const auto good = ownPart (first.state());

    for (std::size_t i = 0; i < good.size(); i += 13)
    {
        auto damaged = good;
        damaged[i] ^= 0x5a;
        Vst3Instance plugin (bundle);
        plugin.setState (damaged);
        CHECK (ownPart (plugin.state()) == damaged, "byte ", i, ": the damaged state was overwritten");
        CHECK (std::abs (plugin.parameter (amount) - 1.0) < 1e-6);
    }

    for (const std::size_t size : { std::size_t { 1 }, good.size() / 2, good.size() - 1 })
    {
        const std::vector<std::uint8_t> cut (good.begin(), good.begin() + static_cast<std::ptrdiff_t> (size));
        Vst3Instance plugin (bundle);
        plugin.setState (cut);
        CHECK (ownPart (plugin.state()) == cut, "cut to ", size);
        plugin.activate ({});
        Live live (plugin, {}, level);
        live.step ({ { amount, 0, 0.5 } });
        CHECK (live.secondsUntil (steered, 10.0) >= 0.0);
        CHECK (ownPart (plugin.state()) == cut, "cut to ", size, ": overwritten while playing");
        commit ("edit");
        CHECK (eventually (3.0, [&] { live.step(); return ownPart (plugin.state()) != cut; }), "an edit did not make a state");
    }
}

/** A preset text that the engine refuses is still saved, until the player changes something. */
void refusedPresetIsKept()
{
    LiveRig rig;
    auto& plugin = rig.plugin;
    auto& live = *rig.live;
    commit ("edit");
    const auto contains = [&] (const std::string& text)
    {
        const auto bytes = plugin.state();
        return std::search (bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
    };
    CHECK (eventually (3.0, [&] { live.step(); return contains ("{\"edited\":true}"); }));

    // A state with a preset that is no JSON: made from a good one, checksum and all, by the format's own code.
    auto state = readState (plugin.state());
    state.preset = "not JSON at all";
    plugin.setState (state.encode());
    live.run (0.5);
    CHECK (contains ("not JSON at all"), "the refused preset was overwritten");
    commit ("edit");
    CHECK (eventually (3.0, [&] { live.step(); return contains ("{\"edited\":true}"); }));
}

void unknownChunksAreWrittenBack()
{
    Vst3Instance plugin (bundle);
    auto state = readState (plugin.state());
    state.unknown.push_back ({ { 'n', 'e', 'w', '!' }, "from a newer version" });
    const auto bytes = state.encode();
    plugin.setState (bytes);
    CHECK (ownPart (plugin.state()) == bytes);
}

void offlineIsDeterministic()
{
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

    CHECK (outputs[0] == outputs[1] && outputs[1] == outputs[2], "two bounces differ");
    double energy = 0.0;

    for (std::size_t i = 5000; i < 48000; ++i)
        energy += std::abs (outputs[0][0][i] - input[0][i - static_cast<std::size_t> (expectedLatency ({ 48000.0, 512, 2, 2, true }))]);

    CHECK (energy > 100.0, "there was no noise to be repeated");
}

/** Some hosts run live for a few blocks before they say that they render offline. */
void exportThatStartsLive()
{
    std::vector<Audio> outputs;

    for (const int liveBlocks : { 3, 17 })
    {
        Vst3Instance plugin (bundle);
        StreamSetup setup { 48000.0, 256, 2, 2, false };
        plugin.activate (setup);
        auto quiet = silence (256);

        for (int i = 0; i < liveBlocks; ++i)
            plugin.process (quiet, quiet, 0, 256, { { latentNoise, 0, 0.1 } });

        plugin.setOffline (true);
        setup.offline = true;
        outputs.push_back (render (plugin, noise (24000), setup));
    }

    CHECK (outputs[0] == outputs[1], "the export depends on what was live before it");
}

/** A host that fills up the plugin's latency before its transport moves tells the same time for a while: nothing of that is lost. */
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

void liveStream()
{
    LiveRig rig;
    rig.live->run (2.0);
    CHECK (rig.live->secondsUntil (steered, 0.1) >= 0.0);
    CHECK (rig.plugin.latencySamples() == expectedLatency (rig.setup));
}

void survives (const char* what, const std::function<void()>& harm, double limit)
{
    LiveRig rig;
    harm();
    const double seconds = rig.recovery();
    std::printf ("     sound returned %.0f ms after %s\n", 1000.0 * seconds, what);
    CHECK (seconds < limit, "sound returned after ", seconds, " s");
    rig.live->run (0.3);
    CHECK (rig.live->secondsUntil (steered, 0.1) >= 0.0, "the engine did not stay");
}

void harmAll (int signal)
{
    const auto pids = engineChildren();
    CHECK (! pids.empty());

    for (const auto pid : pids)
        kill (pid, signal);
}

void survivesNan()
{
    LiveRig rig;
    commit ("nan");
    CHECK (rig.live->secondsUntil (level, 2.0) >= 0.0);
    rig.live->run (0.2);
    commit ("sane");
    CHECK (rig.live->secondsUntil (steered, 2.0) >= 0.0);
}

void backsOffWhenTheEngineCannotStart()
{
    setenv ("TILLER_FAKE_START", "die", 1);
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup;
        plugin.activate (setup);
        Live live (plugin, setup, level);
        int starts = 0;
        pid_t last = 0;
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds (4);

        while (std::chrono::steady_clock::now() < end)
        {
            live.step();

            for (const auto pid : engineChildren())
            {
                starts += pid != last ? 1 : 0;
                last = pid;
            }
        }

        CHECK (starts >= 2 && starts <= 6, "started ", starts, " times in four seconds");
        CHECK (live.secondsUntil (level, 0.1) >= 0.0, "the dry track is not heard");
        unsetenv ("TILLER_FAKE_START");
        CHECK (live.secondsUntil (level, 10.0) >= 0.0);
    }
    unsetenv ("TILLER_FAKE_START");
}

void scanStartsNoEngine()
{
    const auto start = std::chrono::steady_clock::now();
    {
        Vst3Instance plugin (bundle);
        CHECK (plugin.parameterCount() >= 42);
        CHECK_EQUAL (plugin.parameterName (0), std::string ("Input 1"));
        CHECK (engineChildren().empty(), "a scan started an engine");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf ("     scan: %.0f ms\n", took.count() * 1000.0);
    CHECK (took.count() < 1.0);
}

void namesAndValuesFollowTheEngine()
{
    LiveRig rig;
    CHECK (eventually (3.0, [&] { return rig.plugin.parameterName (0) == "Input 1: brightness"; }), rig.plugin.parameterName (0));
    CHECK (rig.plugin.takeTitlesChanged());
    commit ("move");
    CHECK (eventually (3.0, [&] { rig.live->step(); return std::abs (rig.plugin.parameter (dryWet) - 0.25) < 1e-6; }));
}

void randomBlocksAndParameters (double seconds)
{
    const StreamSetup setup { 44100.0, 1024, 2, 2, false };
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    std::mt19937 random (3);
    const auto input = noise (1024);
    auto output = silence (1024);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double> (seconds);
    std::int64_t time = 0;

    while (std::chrono::steady_clock::now() < end)
    {
        const int frames = std::uniform_int_distribution<int> (1, 1024) (random);
        std::vector<Point> points;

        for (int i = std::uniform_int_distribution<int> (0, 30) (random); i > 0; --i)
            points.push_back ({ std::uniform_int_distribution<int> (0, 41) (random), std::uniform_int_distribution<int> (0, frames - 1) (random),
                                std::uniform_real_distribution<double> (0.0, 1.0) (random) });

        std::sort (points.begin(), points.end(), [] (const Point& a, const Point& b) { return a.offset < b.offset; });
        plugin.process (input, output, 0, frames, points, { random() % 8 != 0, time });
        time += frames;

        if (random() % 200 == 0)
            plugin.activate (setup);

        if (random() % 50 == 0)
            plugin.setState (plugin.state());

        for (const auto& channel : output)
            for (int i = 0; i < frames; ++i)
                CHECK (std::isfinite (channel[static_cast<std::size_t> (i)]));

        std::this_thread::sleep_for (std::chrono::duration<double> (frames / setup.rate));
    }
}

void eightInstances()
{
    const StreamSetup setup { 48000.0, 512, 2, 2, false };
    std::vector<std::unique_ptr<Vst3Instance>> plugins;
    std::vector<std::unique_ptr<Live>> lives;

    for (int i = 0; i < 8; ++i)
    {
        plugins.push_back (std::make_unique<Vst3Instance> (bundle));
        plugins.back()->activate (setup);
        lives.push_back (std::make_unique<Live> (*plugins.back(), setup, level));
        lives.back()->step ({ { amount, 0, 0.5 } });
    }

    std::vector<bool> heard (8, false);
    CHECK (eventually (20.0, [&]
    {
        for (std::size_t i = 0; i < 8; ++i)
            heard[i] = std::abs (lives[i]->step() - steered) < 1e-4f;

        return std::all_of (heard.begin(), heard.end(), [] (bool yes) { return yes; });
    }));
    CHECK_EQUAL (engineChildren().size(), std::size_t { 8 });
    harmAll (SIGKILL);
    CHECK (eventually (20.0, [&]
    {
        for (std::size_t i = 0; i < 8; ++i)
            heard[i] = std::abs (lives[i]->step() - steered) < 1e-4f;

        return std::all_of (heard.begin(), heard.end(), [] (bool yes) { return yes; });
    }));
    lives.clear();
    plugins.clear();
    CHECK (engineChildren().empty(), "an engine outlived its plugin");
}

/** The engine ends with a host that has no time to say goodbye. */
void engineEndsWithAKilledHost()
{
    int toParent[2];
    CHECK (pipe (toParent) == 0);
    const auto host = fork();

    if (host == 0)
    {
        // Another program image: a forked copy of this one has threads that are not there.
        dup2 (toParent[1], STDOUT_FILENO);
        execl ("/proc/self/exe", "tiller_host_tests", "--play", bundle.c_str(), nullptr);
        _exit (127);
    }

    close (toParent[1]);
    pid_t engine = 0;
    char text[32] {};
    CHECK (read (toParent[0], text, sizeof (text) - 1) > 0);
    close (toParent[0]);
    engine = static_cast<pid_t> (std::atoi (text));
    CHECK (engine > 0 && kill (engine, 0) == 0);
    kill (host, SIGKILL);
    waitpid (host, nullptr, 0);
    CHECK (eventually (2.0, [&] { return ! isAlive (engine); }), "the engine outlived its host");
}

/** The child of `engineEndsWithAKilledHost`: plays, tells its engine's process and goes on until it is killed. */
int play()
{
    LiveRig rig;
    std::printf ("%d\n", static_cast<int> (engineChildren().at (0)));
    std::fflush (stdout);
    rig.live->run (60.0);
    return 1;
}

} // namespace

int main (int count, char** arguments)
{
    const std::string first = count > 1 ? arguments[1] : "";
    bundle = count > 2 ? arguments[2] : "";

    if (first == "--play")
        return play();

    bundle = first;
    const std::string filter = count > 2 ? arguments[2] : "";
    const double randomSeconds = std::getenv ("TILLER_LONG_TESTS") != nullptr ? 60.0 : 15.0;

    Suite suite;
    suite.add ("a scan starts no engine", scanStartsNoEngine);
    suite.add ("latency is exact", latencyIsExact);
    suite.add ("bypass is aligned", bypassIsAligned);
    suite.add ("mono and stereo", monoAndStereo);
    suite.add ("automation lands on its sample", automationLandsOnItsSample);
    suite.add ("state round trip", stateRoundTrip);
    suite.add ("damaged state is kept", damagedStateIsKept);
    suite.add ("refused preset is kept", refusedPresetIsKept);
    suite.add ("unknown chunks are written back", unknownChunksAreWrittenBack);
    suite.add ("offline is deterministic", offlineIsDeterministic);
    suite.add ("an export that starts live is deterministic", exportThatStartsLive);
    suite.add ("latency is filled up before the transport moves", latencyIsFilledUp);
    suite.add ("a live stream plays", liveStream);
    suite.add ("names and values follow the engine", namesAndValuesFollowTheEngine);
    suite.add ("survives SIGKILL", [] { survives ("SIGKILL", [] { harmAll (SIGKILL); }, 1.0); });
    suite.add ("survives SIGSTOP", [] { survives ("SIGSTOP", [] { harmAll (SIGSTOP); }, 1.0); });
    suite.add ("survives a crash", [] { survives ("a crash", [] { commit ("crash"); }, 1.0); });
    suite.add ("survives garbage", [] { survives ("garbage", [] { commit ("garbage"); }, 1.0); });
    suite.add ("survives a busy loop", [] { survives ("a busy loop", [] { commit ("hang"); }, 1.0); });
    suite.add ("survives NaN", survivesNan);
    suite.add ("backs off when the engine cannot start", backsOffWhenTheEngineCannotStart);
    suite.add ("the engine ends with a killed host", engineEndsWithAKilledHost);
    suite.add ("random blocks and parameters", [randomSeconds] { randomBlocksAndParameters (randomSeconds); });
    suite.add ("eight instances", eightInstances);
    return suite.run (filter);
}
