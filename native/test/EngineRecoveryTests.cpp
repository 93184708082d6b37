// The engine processes of the packed plugin: faults, memory, and bundles that were moved or damaged.

#include "EngineFixture.h"
#include "ProcessInfo.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tiller::test
{

namespace
{

/** Resident and proportional memory of a process in MB; in the latter shared pages count in part. */
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

/** `standby`: a standby process is ready by then, as it is a few seconds into every live stream. */
void survives (int signal, const char* name, bool standby)
{
    Vst3Instance plugin (bundle);
    const StreamSetup setup { rate, 256, 2, 2, false };
    plugin.activate (setup);
    Live live (plugin, setup, 0.25f);
    // The output of a model for a constant is never that constant.
    const auto dry = [&] { return std::abs (live.step() - 0.25f) < 1e-6f; };
    CHECK (eventually (patience, [&] { return ! dry(); }), "the engine was never heard");
    live.run (1.0);

    if (standby)
    {
        CHECK (eventually (patience, [&] { live.step(); return engineProcesses().size() == 2 && isIdle (engineProcesses()[1], [&] { live.run (0.5); }); }),
               "there is no standby process");
        const auto [resident, own] = memoryOf (engineProcesses()[1]);
        std::printf ("     standby process, one for all instances in a host: %.0f MB resident, %.0f MB proportional\n", resident, own);
    }

    kill (engineProcesses().at (0), signal);
    const auto begin = std::chrono::steady_clock::now();
    CHECK (eventually (patience, dry), "the dry signal was not heard");
    CHECK (eventually (patience, [&] { return ! dry(); }), "the engine was not heard again");
    const double seconds = std::chrono::duration<double> (std::chrono::steady_clock::now() - begin).count();
    std::printf ("     the engine was heard again %.0f ms after %s%s\n", 1000.0 * seconds, name, standby ? ", with a standby process" : "");
}

/** Two engines crash at once, and there is one standby process: the other engine is started from nothing. */
void twoEnginesCrashAtOnce()
{
    const StreamSetup setup { rate, 256, 2, 2, false };
    Vst3Instance plugins[] { Vst3Instance { bundle }, Vst3Instance { bundle } };
    std::vector<Live> liveHosts;

    for (auto& plugin : plugins)
    {
        plugin.activate (setup);
        liveHosts.emplace_back (plugin, setup, 0.25f);
    }

    // The output of a model for a constant is never that constant.
    std::array<bool, 2> wet {};
    const auto step = [&] { for (std::size_t i = 0; i < 2; ++i) wet[i] = std::abs (liveHosts[i].step() - 0.25f) >= 1e-6f; };
    CHECK (eventually (patience, [&] { step(); return wet[0] && wet[1]; }), "the engines were never heard");
    const auto wait = [&] { for (int i = 0; i < 90; ++i) step(); };
    CHECK (eventually (patience, [&] { step(); return engineProcesses().size() == 3 && isIdle (engineProcesses()[2], wait); }), "there is no standby process");

    const auto engines = engineProcesses();
    kill (engines[0], SIGKILL);
    kill (engines[1], SIGKILL);
    const auto begin = std::chrono::steady_clock::now();
    CHECK (eventually (patience, [&] { step(); return ! wet[0] || ! wet[1]; }), "the dry signal was not heard");
    std::array<double, 2> seconds {};
    CHECK (eventually (patience, [&]
    {
        step();
        const double now = std::chrono::duration<double> (std::chrono::steady_clock::now() - begin).count();

        for (std::size_t i = 0; i < 2; ++i)
            seconds[i] = wet[i] ? (seconds[i] > 0.0 ? seconds[i] : now) : 0.0;

        return seconds[0] > 0.0 && seconds[1] > 0.0 && now > 0.5;
    }), "an engine was not heard again");
    std::printf ("     the engines were heard again %.0f and %.0f ms after both had crashed, with one standby process\n", 1000.0 * seconds[0], 1000.0 * seconds[1]);
}

void eightInstancesPlayTheSame()
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

    for (const auto pid : engineProcesses())
    {
        const auto [r, p] = memoryOf (pid);
        rss += r / 8.0;
        pss += p / 8.0;
    }

    std::printf ("     memory per instance: engine %.0f MB resident, %.0f MB proportional; in the host %.1f MB\n", rss, pss,
                 (memoryOf (getpid()).second - before) / 8.0);
}

/** A bundle with damaged models, in a folder with a space in its name. */
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

        CHECK_EQUAL (engineProcesses().size(), std::size_t { 1 });
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

void addEngineRecoveryTests (Suite& suite)
{
    suite.add ("survives SIGKILL", [] { survives (SIGKILL, "SIGKILL", true); });
    suite.add ("survives SIGSTOP", [] { survives (SIGSTOP, "SIGSTOP", true); });
    suite.add ("survives SIGKILL at its start", [] { survives (SIGKILL, "SIGKILL", false); });
    suite.add ("two engines crash at once", twoEnginesCrashAtOnce);
    suite.add ("a moved bundle runs", aMovedBundleRuns);
    suite.add ("damaged models play dry", damagedModelsPlayDry);
    suite.add ("eight instances play the same", eightInstancesPlayTheSame);
}

} // namespace tiller::test
