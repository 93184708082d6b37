// The packed plugin with its own engine and models in a headless host.

#include "EngineFixture.h"
#include "ProgramsFile.h"
#include "TestSystem.h"

#if ! defined (_WIN32)
 #include "ProcessInfo.h"
#endif

using namespace tiller::test;

namespace
{

void aNewInstancePlaysTheModel()
{
    Vst3Instance plugin (bundle);
    const StreamSetup setup { rate, 512, 2, 2, true };
    plugin.activate (setup);
    const auto latency = plugin.latencySamples();
    std::printf ("     latency: %d samples, %.1f ms\n", latency, 1000.0 * latency / rate);
    const auto input = bursts (44100);
    const auto output = render (plugin, input, setup);
    CHECK (level (output, 22050) > 1e-4, "silence");
    CHECK (difference (output, input, static_cast<std::size_t> (latency), 22050) > 1e-3, "the dry signal is heard, not the model");
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

void rendersAreIdentical()
{
    const auto input = bursts (44100);
    std::vector<Audio> outputs;
    std::vector<int> latencies;

    for (int run = 0; run < 2; ++run)
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup { rate, 480, 2, 2, true };
        plugin.activate (setup);
        // With noise in the model and in the latents, a moving input, and a render before that must not matter.
        if (run == 1)
            render (plugin, noise (10000), setup);

        plugin.activate (setup);
        latencies.push_back (plugin.latencySamples());
        outputs.push_back (render (plugin, input, setup, nullptr, { { latentNoise, 0, 0.2 }, { 0, 5000, 0.2 }, { 0, 20000, 0.9 } }));
    }

    // The first is prepared before the engine's latency is known, and keeps the one that it reported.
    const auto most = std::max (latencies[0], latencies[1]);
    const auto aligned = [&] (std::size_t run) { return std::vector<float> (outputs[run][0].begin() + latencies[run], outputs[run][0].end() - (most - latencies[run])); };
    CHECK (aligned (0) == aligned (1), "two renders differ");
}

void inputsSteer()
{
    const auto input = bursts (44100);
    const StreamSetup setup { rate, 512, 2, 2, true };
    std::vector<Audio> outputs;

    // An offset of the first latent is heard whatever the mapping is.
    for (const double offset : { 0.5, 0.9 })
    {
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        outputs.push_back (render (plugin, input, setup, nullptr, { { offsetLatent1, 0, offset } }));
    }

    CHECK (difference (outputs[0], outputs[1], 0, 22050) > 1e-3, "an offset of a latent is not heard");
}

/** Noise, rendered in blocks of random length, with an offset of the first latent from sample `drawn` on; and the latency. */
std::pair<Audio, int> renderMoved (const StreamSetup& setup, int drawn, unsigned seed)
{
    Vst3Instance plugin (bundle);
    plugin.activate (setup);
    std::mt19937 random (seed);
    return { render (plugin, noise (40000), setup, &random, { { offsetLatent1, 0, 0.5 }, { offsetLatent1, drawn, 0.9 } }), plugin.latencySamples() };
}

/** Rate in Hz and samples per latent frame of both bundled models. */
constexpr double modelRate = 44100.0;
constexpr int hop = 512;

/** At the model's rate the borders of the latent frames are known: within one the offset of a point does not matter, in the next it does. */
void automationLandsInItsFrame()
{
    constexpr int frame = 58;   // a latent frame
    const auto first = renderMoved ({ modelRate, 512, 2, 2, true }, frame * hop, 1).first;
    const auto middle = renderMoved ({ modelRate, 300, 2, 2, true }, frame * hop + 200, 2).first;
    const auto last = renderMoved ({ modelRate, 64, 2, 2, true }, frame * hop + hop - 1, 3).first;
    const auto next = renderMoved ({ modelRate, 512, 2, 2, true }, (frame + 1) * hop, 4).first;

    // The latency depends on the block size: the comparison begins where each output is due.
    const auto aligned = [] (const Audio& audio, int maxBlock) { return std::vector<float> (audio[0].begin() + maxBlock, audio[0].begin() + maxBlock + 38000); };
    CHECK (aligned (first, 512) == aligned (middle, 300) && aligned (first, 512) == aligned (last, 64), "the offset within a latent frame matters");
    CHECK (aligned (first, 512) != aligned (next, 512), "the next latent frame is the same");
}

/** At any rate a change is heard at most one latent frame after its sample, and not before the latent frame and the model's delay allow. */
void automationIsHeardInTime()
{
    for (const auto& [r, maxBlock] : { std::pair { 44100.0, 512 }, std::pair { 48000.0, 1000 }, std::pair { 96000.0, 64 } })
    {
        const StreamSetup setup { r, maxBlock, 2, 2, true };
        const int frame = static_cast<int> (std::ceil (hop * r / modelRate));
        constexpr int drawn = 25000;
        const auto [moved, latency] = renderMoved (setup, drawn, 1);
        const auto plain = renderMoved (setup, 39999, 2).first;
        const auto at = std::mismatch (plain[0].begin(), plain[0].end(), moved[0].begin()).first - plain[0].begin();
        const int heard = static_cast<int> (at) - latency - drawn;
        const int margin = maxBlock + static_cast<int> (std::ceil (r * (0.002 + 0.3 * hop / modelRate)));
        std::printf ("     %g Hz, blocks up to %d: first heard %+d samples, of a frame of %d and a delay of %d\n", r, maxBlock, heard, frame, latency - margin);
        CHECK (heard >= margin - latency && heard < frame, heard);
    }
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
        CHECK (eventually (patience, [&] { return decodeState (plugin.state()).preset.find ("\"tiller-preset\"") != std::string::npos; }));
        saved = plugin.state();
    }
    const auto state = decodeState (saved);
    CHECK (saved.size() < 1024 * 1024);
    CHECK (state.preset.find ("\"model\"") != std::string::npos);
    std::printf ("     state: %zu bytes\n", saved.size());

    Vst3Instance plugin (bundle);
    plugin.setState (saved);
    const StreamSetup setup { rate, 512, 2, 2, true };
    plugin.activate (setup);
    render (plugin, bursts (10000), setup);
    CHECK (eventually (patience, [&] { return decodeState (plugin.state()).latency == state.latency; }));
    const auto again = decodeState (plugin.state());
    CHECK (std::abs (again.parameters[amount] - 0.4f) < 1e-6f);
    CHECK (std::abs (again.parameters[0] - 0.7f) < 1e-6f);
    CHECK (again.latency == state.latency && again.rate == state.rate);
}

/** The state of a default instrument whose first input is driven by a MIDI controller. */
std::vector<std::uint8_t> drivenBy (int controller)
{
    Vst3Instance plugin (bundle);
    plugin.activate ({ rate, 512, 2, 2, true });
    const std::string pad = "\"source\":{\"kind\":\"pad\"}";
    CHECK (eventually (patience, [&] { return decodeState (plugin.state()).preset.find (pad) != std::string::npos; }), "no input is driven by the pad");
    auto state = decodeState (plugin.state());
    state.preset.replace (state.preset.find (pad), pad.size(),
                          "\"source\":{\"kind\":\"cc\",\"channel\":0,\"controller\":" + std::to_string (controller) + ",\"bits\":7}");
    // A value that is not exact once it was normalised.
    state.parameters[glide] = 0.02f;
    return state.encode();
}

/** A controller steers at the same sample in each render, also where the host writes back a present value in between. */
void controllersSteer()
{
    constexpr int controller = 1, movedAt = 20000;
    const auto state = drivenBy (controller);
    const StreamSetup setup { rate, 480, 2, 2, true };
    const auto input = bursts (66150);
    std::vector<Audio> outputs;
    int latency = 0;

    for (const double value : { 0.0, 1.0, 1.0, 1.0 })
    {
        Vst3Instance plugin (bundle);
        plugin.setState (state);
        plugin.activate (setup);
        latency = plugin.latencySamples();
        const int index = plugin.controllerParameter (controller);
        std::vector<Point> points { { index, 5000, 0.0 }, { index, movedAt, value } };

        if (outputs.size() > 1)
            points.push_back ({ glide, static_cast<int> (outputs.size()) * 1000, plugin.parameter (glide) });

        outputs.push_back (render (plugin, input, setup, nullptr, points));
    }

    CHECK (outputs[1] == outputs[2] && outputs[1] == outputs[3], "renders differ");
    const auto at = std::mismatch (outputs[0][0].begin(), outputs[0][0].end(), outputs[1][0].begin()).first - outputs[0][0].begin();
    std::printf ("     moved at %d, heard %+d samples from there\n", movedAt, static_cast<int> (at) - latency - movedAt);
    CHECK (at > movedAt && at < movedAt + 2 * latency, "it was heard at the wrong time: ", at);
}

/** A program change within a render recalls its preset, at the same sample each time. */
void programsRecallPresets()
{
    constexpr int chosenAt = 20000, chosen = 2;
    const ProgramsFile file ("[{\"program\":2,\"preset\":\"factory/held-choir\"}]");
    const StreamSetup setup { rate, 480, 2, 2, true };
    const auto input = bursts (44100);
    std::vector<Audio> outputs;
    int latency = 0;

    for (const bool recalled : { true, true, false })
    {
        Vst3Instance plugin (bundle);
        plugin.activate (setup);
        latency = plugin.latencySamples();
        std::vector<Point> points;

        if (recalled)
            points.push_back ({ plugin.programParameter(), chosenAt, chosen / 127.0 });

        outputs.push_back (render (plugin, input, setup, nullptr, points));
        CHECK (eventually (patience, [&] { return plugin.programName (chosen) == "Held choir"; }), "the programs have no names");
        const auto name = "\"name\":\"" + plugin.programName (chosen) + "\"";
        const auto holdsPreset = [&] { return decodeState (plugin.state()).preset.find (name) != std::string::npos; };
        CHECK (recalled ? eventually (patience, holdsPreset) : ! holdsPreset(), "the project has another preset than ", name);
    }

    CHECK (outputs[0] == outputs[1], "two renders differ");
    const auto at = std::mismatch (outputs[0][0].begin(), outputs[0][0].end(), outputs[2][0].begin()).first - outputs[0][0].begin();
    std::printf ("     recalled at %d, heard %+d samples from there\n", chosenAt, static_cast<int> (at) - latency - chosenAt);
    CHECK (at > chosenAt && at < chosenAt + 2 * latency, "it was heard at the wrong time: ", at);
}

} // namespace

int main (int count, char** rawArguments)
{
    auto arguments = programArguments (count, rawArguments);
    arguments.resize (6);
    bundle = arguments[1];

   #if ! defined (_WIN32)
    if (arguments[2] == "--rest")
        return measureRest (std::atof (arguments[3].c_str()));

    if (arguments[2] == "--patterns" || arguments[2] == "--instances")
    {
        // Whether a host calls in time must not depend on what else runs.
        becomeAudioThread();
        return arguments[2] == "--patterns" ? measurePatterns()
                                            : measureInstances (std::atoi (arguments[3].c_str()), std::atoi (arguments[4].c_str()), std::atof (arguments[5].c_str()));
    }
   #endif

    Suite suite;
    suite.add ("a new instance plays the model", aNewInstancePlaysTheModel);
    suite.add ("dry is aligned", dryIsAligned);
    suite.add ("renders are identical", rendersAreIdentical);
    suite.add ("inputs steer", inputsSteer);
    suite.add ("automation lands in its latent frame", automationLandsInItsFrame);
    suite.add ("automation is heard in time", automationIsHeardInTime);
    suite.add ("controllers steer", controllersSteer);
    suite.add ("programs recall presets", programsRecallPresets);
    suite.add ("state is the whole instrument", stateIsTheWholeInstrument);
   #if ! defined (_WIN32)
    addEngineRecoveryTests (suite);
    addEnginePatternTests (suite);
   #endif
    return suite.run (arguments[2]);
}
