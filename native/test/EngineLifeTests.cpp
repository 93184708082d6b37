// The packed plugin's engines: their deaths, their memory, and bundles that were moved or damaged.

#include "EngineRig.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tiller::test
{

namespace
{

/** Proportional memory of a process in MB: shared pages count in part. */
std::pair<double, double> memoryOf (pid_t pid)
{
    std::ifstream file ("/proc/" + std::to_string (pid) + "/smaps_rollup");
    double pss = 0.0, rss = 0.0;

    for (std::string line; std::getline (file, line);)
    {
        double kilobytes = 0.0;

        if (std::sscanf (line.c_str(), "Pss: %lf kB", &kilobytes) == 1)
            pss = kilobytes / 1024.0;
        else if (std::sscanf (line.c_str(), "Rss: %lf kB", &kilobytes) == 1)
            rss = kilobytes / 1024.0;
    }

    return { rss, pss };
}

/** `standby`: another engine is ready by then, as it is a few seconds into every live stream. */
void survives (int signal, const char* name, bool standby)
{
    Vst3Instance plugin (bundle);
    const StreamSetup setup { rate, 256, 2, 2, false };
    plugin.activate (setup);
    Live live (plugin, setup, 0.25f);
    // A constant is dry exactly when it comes out as it went in: the model never plays it back.
    const auto dry = [&] { return std::abs (live.step() - 0.25f) < 1e-6f; };
    CHECK (eventually (15.0, [&] { return ! dry(); }), "the engine was never heard");
    live.run (1.0);

    if (standby)
    {
        CHECK (eventually (15.0, [&] { live.step(); return engineChildren().size() == 2 && isIdle (engineChildren()[1], [&] { live.run (0.5); }); }),
               "no engine stands by");
        const auto [resident, own] = memoryOf (engineChildren()[1]);
        std::printf ("     standing by, once for all instances in a host: %.0f MB resident, %.0f MB of its own share\n", resident, own);
    }

    kill (engineChildren().at (0), signal);
    const auto harmed = std::chrono::steady_clock::now();
    CHECK (eventually (3.0, dry), "the dry track was not heard");
    CHECK (eventually (10.0, [&] { return ! dry(); }), "the engine was not heard again");
    const double seconds = std::chrono::duration<double> (std::chrono::steady_clock::now() - harmed).count();
    std::printf ("     sound returned %.0f ms after %s%s\n", 1000.0 * seconds, name, standby ? ", another standing by" : "");
    // Without another the start of Node counts, which a busy machine makes any length.
    CHECK (! standby || seconds < 1.0, "sound returned after ", seconds, " s");
}

/** How long a new process with nothing but the engine's runtime takes here and now, in seconds. */
double secondsToStartNode()
{
    const auto command = "'" + bundle + "/Contents/Resources/engine/node' -e 0";
    const auto start = std::chrono::steady_clock::now();
    CHECK (std::system (command.c_str()) == 0);
    return std::chrono::duration<double> (std::chrono::steady_clock::now() - start).count();
}

/** Two engines die at once, and one stands by: the other is started from nothing, and comes within a second, too. */
void twoEnginesDieAtOnce()
{
    const StreamSetup setup { rate, 256, 2, 2, false };
    Vst3Instance plugins[] { Vst3Instance { bundle }, Vst3Instance { bundle } };
    std::vector<Live> lives;

    for (auto& plugin : plugins)
    {
        plugin.activate (setup);
        lives.emplace_back (plugin, setup, 0.25f);
    }

    // A constant is dry exactly when it comes out as it went in: the model never plays it back.
    std::array<bool, 2> wet {};
    const auto step = [&] { for (std::size_t i = 0; i < 2; ++i) wet[i] = std::abs (lives[i].step() - 0.25f) >= 1e-6f; };
    CHECK (eventually (15.0, [&] { step(); return wet[0] && wet[1]; }), "the engines were never heard");
    const auto wait = [&] { for (int i = 0; i < 90; ++i) step(); };
    CHECK (eventually (15.0, [&] { step(); return engineChildren().size() == 3 && isIdle (engineChildren()[2], wait); }), "no engine stands by");

    // One whose runtime alone takes longer than usual to start is a machine that is busy with something else.
    const double limit = std::max (1.0, 10.0 * secondsToStartNode());
    const auto engines = engineChildren();
    kill (engines[0], SIGKILL);
    kill (engines[1], SIGKILL);
    const auto harmed = std::chrono::steady_clock::now();
    CHECK (eventually (3.0, [&] { step(); return ! wet[0] || ! wet[1]; }), "the dry track was not heard");
    std::array<double, 2> seconds {};
    CHECK (eventually (10.0, [&]
    {
        step();
        const double now = std::chrono::duration<double> (std::chrono::steady_clock::now() - harmed).count();

        for (std::size_t i = 0; i < 2; ++i)
            seconds[i] = wet[i] ? (seconds[i] > 0.0 ? seconds[i] : now) : 0.0;

        return seconds[0] > 0.0 && seconds[1] > 0.0 && now > 0.5;
    }), "an engine was not heard again");
    std::printf ("     sound returned %.0f and %.0f ms after both had died, one standing by\n", 1000.0 * seconds[0], 1000.0 * seconds[1]);
    CHECK (std::max (seconds[0], seconds[1]) < limit, "sound returned after ", std::max (seconds[0], seconds[1]), " s, limit ", limit);
}

void eightInstancesSound()
{
    const StreamSetup setup { rate, 512, 2, 2, true };
    const auto input = bursts (22050);
    std::vector<std::unique_ptr<Vst3Instance>> plugins;
    std::vector<Audio> outputs;
    const double before = memoryOf (getpid()).second;

    for (int i = 0; i < 8; ++i)
    {
        plugins.push_back (std::make_unique<Vst3Instance> (bundle));
        plugins.back()->activate (setup);
    }

    for (auto& plugin : plugins)
        outputs.push_back (render (*plugin, input, setup));

    for (const auto& output : outputs)
        CHECK (output == outputs[0], "eight instances differ");

    double rss = 0.0, pss = 0.0;

    for (const auto pid : engineChildren())
    {
        const auto [r, p] = memoryOf (pid);
        rss += r / 8.0;
        pss += p / 8.0;
    }

    std::printf ("     memory per instance: engine %.0f MB resident, %.0f MB of its own share; in the host %.1f MB\n", rss, pss,
                 (memoryOf (getpid()).second - before) / 8.0);
}

/** A bundle whose models are damaged, moved to a folder with a space in its name, under another account's home. */
void damagedModelsPlayDry()
{
    namespace fs = std::filesystem;
    const auto scratch = fs::temp_directory_path() / "tiller moved";
    fs::remove_all (scratch);
    fs::create_directories (scratch / "home");
    const auto moved = scratch / "Tiller.vst3";
    fs::copy (bundle, moved, fs::copy_options::recursive);
    int damaged = 0;

    for (const auto& entry : fs::recursive_directory_iterator (moved))
    {
        if (entry.path().extension() == ".onnx")
        {
            std::fstream file (entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp (static_cast<std::streamoff> (entry.file_size() / 3));
            file << std::string (4096, 'x');
            ++damaged;
        }
    }

    CHECK (damaged > 0);
    {
        Vst3Instance plugin (moved.string());
        const StreamSetup setup { rate, 512, 2, 2, true };
        plugin.activate (setup);
        auto input = bursts (30000);

        for (auto& channel : input)
            for (auto& sample : channel)
                sample *= 0.25f;

        const auto output = render (plugin, input, setup);

        for (const auto& channel : output)
            for (const auto sample : channel)
                CHECK (std::isfinite (sample) && std::abs (sample) <= 1.0f);

        CHECK_EQUAL (engineChildren().size(), std::size_t { 1 });
    }
    fs::remove_all (scratch);
}

void aMovedBundleRuns()
{
    namespace fs = std::filesystem;
    const auto scratch = fs::temp_directory_path() / "tiller moved elsewhere";
    fs::remove_all (scratch);
    fs::create_directories (scratch);
    const auto moved = scratch / "Tiller.vst3";
    fs::copy (bundle, moved, fs::copy_options::recursive);
    {
        Vst3Instance plugin (moved.string());
        const StreamSetup setup { rate, 512, 2, 2, true };
        plugin.activate (setup);
        const auto input = bursts (30000);
        const auto output = render (plugin, input, setup);
        CHECK (difference (output, input, static_cast<std::size_t> (plugin.latencySamples()), 15000) > 1e-3);
    }
    fs::remove_all (scratch);
}

} // namespace

void addEngineLifeTests (Suite& suite)
{
    suite.add ("survives SIGKILL", [] { survives (SIGKILL, "SIGKILL", true); });
    suite.add ("survives SIGSTOP", [] { survives (SIGSTOP, "SIGSTOP", true); });
    suite.add ("survives SIGKILL at its start", [] { survives (SIGKILL, "SIGKILL", false); });
    suite.add ("two engines die at once", twoEnginesDieAtOnce);
    suite.add ("a moved bundle runs", aMovedBundleRuns);
    suite.add ("damaged models play dry", damagedModelsPlayDry);
    suite.add ("eight instances sound", eightInstancesSound);
}

} // namespace tiller::test
