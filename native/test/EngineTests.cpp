// The packed plugin with its own engine and models in a headless host.

#include "EngineChildren.h"
#include "Rendering.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace tiller::test;

namespace
{

std::string bundle;
constexpr int amount = 16, dryWet = 18, latentNoise = 22;
constexpr double rate = 44100.0;

/** A second of decaying bursts: something for a model to hear. */
Audio bursts (int frames, int channels = 2)
{
    auto audio = noise (frames, channels, 9);

    for (auto& channel : audio)
        for (std::size_t i = 0; i < channel.size(); ++i)
            channel[i] *= std::exp (-static_cast<float> (i % 11025) / 1500.0f);

    return audio;
}

double difference (const Audio& a, const Audio& b, std::size_t bDelay, std::size_t from)
{
    double sum = 0.0;

    for (std::size_t i = from; i < a[0].size(); ++i)
        sum += std::abs (a[0][i] - b[0][i - bDelay]);

    return sum / static_cast<double> (a[0].size() - from);
}

double level (const Audio& audio, std::size_t from)
{
    double sum = 0.0;

    for (std::size_t i = from; i < audio[0].size(); ++i)
        sum += std::abs (audio[0][i]);

    return sum / static_cast<double> (audio[0].size() - from);
}

void aNewInstanceSounds()
{
    Vst3Instance plugin (bundle);
    const StreamSetup setup { rate, 512, 2, 2, true };
    plugin.activate (setup);
    const auto latency = plugin.latencySamples();
    std::printf ("     latency: %d samples, %.1f ms\n", latency, 1000.0 * latency / rate);
    const auto input = bursts (44100);
    const auto output = render (plugin, input, setup);
    CHECK (level (output, 22050) > 1e-4, "silence");
    CHECK (difference (output, input, static_cast<std::size_t> (latency), 22050) > 1e-3, "the dry track is heard, not the model");
    CHECK_EQUAL (plugin.latencySamples(), latency);

    for (const auto& channel : output)
        for (const auto sample : channel)
            CHECK (std::abs (sample) <= 1.0f, "over the ceiling: ", sample);
}

void dryIsAligned()
{
    for (const double r : { 44100.0, 48000.0, 96000.0 })
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { r, 300, 2, 2, true };
        plugin.activate (setup);
        auto input = bursts (60000);

        for (auto& channel : input)
            for (auto& sample : channel)
                sample *= 0.25f;

        const auto output = render (plugin, input, setup, nullptr, { { dryWet, 0, 0.0 } });
        const auto latency = static_cast<std::size_t> (plugin.latencySamples());
        CHECK (difference (output, input, latency, 30000) < 1e-4, "rate ", r, ": ", difference (output, input, latency, 30000));
    }
}

void bouncesAreIdentical()
{
    const auto input = bursts (44100);
    std::vector<Audio> outputs;

    for (int run = 0; run < 2; ++run)
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { rate, 480, 2, 2, true };
        plugin.activate (setup);
        // Noise of the model and of the latents, a moving input, and a first pass that the second must not remember.
        if (run == 1)
            render (plugin, noise (10000), setup);

        plugin.activate (setup);
        outputs.push_back (render (plugin, input, setup, nullptr, { { latentNoise, 0, 0.2 }, { 0, 5000, 0.2 }, { 0, 20000, 0.9 } }));
    }

    CHECK (outputs[0] == outputs[1], "two bounces differ");
}

void inputsSteer()
{
    const auto input = bursts (44100);
    const StreamSetup setup { rate, 512, 2, 2, true };
    std::vector<Audio> outputs;

    // An offset of the first latent is heard whatever the preset has learned.
    for (const double offset : { 0.5, 0.9 })
    {
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        outputs.push_back (render (plugin, input, setup, nullptr, { { 26, 0, offset } }));
    }

    CHECK (difference (outputs[0], outputs[1], 0, 22050) > 1e-3, "an offset of a latent is not heard");
}

void survivesSigkill (int signal, const char* name)
{
    Vst3Instance plugin (bundle);
    const StreamSetup setup { rate, 256, 2, 2, false };
    plugin.activate (setup);
    auto input = silence (256);

    for (auto& channel : input)
        std::fill (channel.begin(), channel.end(), 0.25f);

    Live live (plugin, setup, 0.25f);
    // A constant is dry exactly when it comes out as it went in: the model never plays it back.
    const auto dry = [&] { return std::abs (live.step() - 0.25f) < 1e-6f; };
    CHECK (eventually (15.0, [&] { return ! dry(); }), "the engine was never heard");
    live.run (1.0);

    for (const auto pid : engineChildren())
        kill (pid, signal);

    const auto harmed = std::chrono::steady_clock::now();
    CHECK (eventually (3.0, dry), "the dry track was not heard");
    CHECK (eventually (10.0, [&] { return ! dry(); }), "the engine was not heard again");
    const double seconds = std::chrono::duration<double> (std::chrono::steady_clock::now() - harmed).count();
    std::printf ("     sound returned %.0f ms after %s\n", 1000.0 * seconds, name);
    CHECK (seconds < 2.0);
}

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

void stateIsTheWholeInstrument()
{
    std::vector<std::uint8_t> saved;
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { rate, 512, 2, 2, true };
        plugin.activate (setup);
        const auto input = bursts (10000);
        render (plugin, input, setup, nullptr, { { amount, 0, 0.4 }, { 0, 0, 0.7 } });
        CHECK (eventually (3.0, [&] { return readState (plugin.state()).preset.find ("\"tiller-preset\"") != std::string::npos; }));
        saved = plugin.state();
    }
    const auto state = readState (saved);
    CHECK (saved.size() < 1024 * 1024);
    CHECK (state.preset.find ("\"model\"") != std::string::npos);
    std::printf ("     state: %zu bytes\n", saved.size());

    Vst3Instance plugin (bundle);
    plugin.setState (saved);
    const StreamSetup setup { rate, 512, 2, 2, true };
    plugin.activate (setup);
    render (plugin, bursts (10000), setup);
    std::this_thread::sleep_for (std::chrono::milliseconds (500));
    const auto again = readState (plugin.state());
    CHECK (std::abs (again.parameters[amount] - 0.4f) < 1e-6f);
    CHECK (std::abs (again.parameters[0] - 0.7f) < 1e-6f);
    CHECK (again.delays == state.delays && again.rate == state.rate);
}

} // namespace

int main (int count, char** arguments)
{
    bundle = count > 1 ? arguments[1] : "";
    Suite suite;
    suite.add ("a new instance sounds", aNewInstanceSounds);
    suite.add ("dry is aligned", dryIsAligned);
    suite.add ("bounces are identical", bouncesAreIdentical);
    suite.add ("inputs steer", inputsSteer);
    suite.add ("state is the whole instrument", stateIsTheWholeInstrument);
    suite.add ("survives SIGKILL", [] { survivesSigkill (SIGKILL, "SIGKILL"); });
    suite.add ("survives SIGSTOP", [] { survivesSigkill (SIGSTOP, "SIGSTOP"); });
    suite.add ("a moved bundle runs", aMovedBundleRuns);
    suite.add ("damaged models play dry", damagedModelsPlayDry);
    suite.add ("eight instances sound", eightInstancesSound);
    return suite.run (count > 2 ? arguments[2] : "");
}
