#include "HostRig.h"

namespace tiller::test
{

namespace
{

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

/** What an engine leaves for the next one reaches it when it died, and never with another document. */
void undoHistoryReachesTheNextEngine()
{
    LiveRig rig;
    auto& plugin = rig.plugin;
    auto& live = *rig.live;
    const auto holds = [&] (const std::string& preset)
    {
        return eventually (5.0, [&] { live.step(); return readState (plugin.state()).preset == preset; });
    };
    commit ("edit");
    CHECK (holds ("{\"edited\":true}"));
    const auto project = plugin.state();
    commit ("crash");
    CHECK (holds ("{\"given\":\"a step to undo\"}"), "the next engine did not get it");

    commit ("edit");
    CHECK (holds ("{\"edited\":true}"));
    auto other = readState (project);
    other.preset = "{\"other\":true}";
    CHECK (plugin.setState (other.encode()));
    live.run (0.3);
    commit ("crash");
    live.run (2.0);
    CHECK_EQUAL (readState (plugin.state()).preset, std::string ("{\"other\":true}"));
}

/** A preset of three megabytes, as thousands of examples make, is kept, and comes back letter by letter. */
void longPresetIsKept()
{
    std::vector<std::uint8_t> saved;
    {
        LiveRig rig;
        commit ("edit-long");
        CHECK (eventually (5.0, [&] { rig.live->step(); return ! readState (rig.plugin.state()).packedPreset.empty(); }), "the long preset was not kept");
        saved = rig.plugin.state();
    }
    const auto packed = readState (saved).packedPreset;
    CHECK (readState (saved).preset.empty());
    std::printf ("     a preset of 3 MB takes %.2f MB of a project\n", static_cast<double> (packed.size()) / 1e6);
    CHECK (packed.size() > 500000 && packed.size() < 2000000, packed.size());
    Vst3Instance plugin (bundle);
    CHECK (plugin.setState (saved));
    CHECK (readState (plugin.state()).packedPreset == packed, "it did not come back");

    // The engine gets it and tells it back: nothing is cut on the way.
    plugin.activate ({});
    Live live (plugin, {}, level);
    live.step ({ { amount, 0, 0.5 } });
    CHECK (live.secondsUntil (steered, 10.0) >= 0.0);
    live.run (0.3);
    CHECK (readState (plugin.state()).packedPreset == packed, "the engine got another");

    // Damaged within, with a good sum around it: kept as it is, and a default plays.
    auto damaged = readState (saved);
    damaged.packedPreset.resize (packed.size() / 2);
    const auto bytes = damaged.encode();
    plugin.setState (bytes);
    CHECK (ownPart (plugin.state()) == bytes, "the damaged state was overwritten");
}

/** What an engine says of the instrument that a project replaced does not replace the project's. */
void theProjectOutdoesWhatPlayedBefore()
{
    LiveRig rig;
    auto state = readState (rig.plugin.state());
    state.preset = "{\"project\":true}";
    state.parameters[glide] = 0.02f;
    rig.plugin.setState (state.encode());

    for (int i = 0; i < 100; ++i)
    {
        rig.live->step();
        const auto kept = readState (rig.plugin.state());
        CHECK_EQUAL (kept.preset, state.preset);
        CHECK_EQUAL (kept.parameters[glide], 0.02f);
    }

    // From then on the engine is believed again.
    commit ("edit");
    CHECK (eventually (3.0, [&] { rig.live->step(); return readState (rig.plugin.state()).preset == "{\"edited\":true}"; }));
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

} // namespace

void addStateTests (Suite& suite)
{
    suite.add ("state round trip", stateRoundTrip);
    suite.add ("damaged state is kept", damagedStateIsKept);
    suite.add ("refused preset is kept", refusedPresetIsKept);
    suite.add ("undo history reaches the next engine", undoHistoryReachesTheNextEngine);
    suite.add ("a long preset is kept", longPresetIsKept);
    suite.add ("the project outdoes what played before", theProjectOutdoesWhatPlayedBefore);
    suite.add ("unknown chunks are written back", unknownChunksAreWrittenBack);
}

} // namespace tiller::test
