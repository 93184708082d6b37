#include "HostFixture.h"

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
    CHECK (eventually (patience, [&] { return std::abs (plugin.parameter (amount) - 0.3) < 1e-6; }));
    CHECK (std::abs (plugin.parameter (0) - 0.123) < 1e-6);
    CHECK (std::abs (plugin.parameter (41) - 0.9) < 1e-6);

    // The stored latency is reported before an engine runs, and the restored values are those that play.
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
    const auto good = pluginPart (first.state());

    for (std::size_t i = 0; i < good.size(); i += 13)
    {
        auto damaged = good;
        damaged[i] ^= 0x5a;
        Vst3Instance plugin (bundle);
        plugin.setState (damaged);
        CHECK (pluginPart (plugin.state()) == damaged, "byte ", i, ": the damaged state was overwritten");
        CHECK (std::abs (plugin.parameter (amount) - 1.0) < 1e-6);
    }

    for (const std::size_t size : { std::size_t { 1 }, good.size() / 2, good.size() - 1 })
    {
        const std::vector<std::uint8_t> cut (good.begin(), good.begin() + static_cast<std::ptrdiff_t> (size));
        Vst3Instance plugin (bundle);
        plugin.setState (cut);
        CHECK (pluginPart (plugin.state()) == cut, "cut to ", size);
        plugin.activate ({});
        Live live (plugin, {}, level);
        live.step ({ { amount, 0, 0.5 } });
        CHECK (live.secondsUntil (steered, patience) >= 0.0);
        CHECK (pluginPart (plugin.state()) == cut, "cut to ", size, ": overwritten while playing");
        inject ("edit");
        CHECK (eventually (patience, [&] { live.step(); return pluginPart (plugin.state()) != cut; }), "an edit did not make a state");
    }
}

/** A preset that the engine rejects is still saved, until the user edits something. */
void rejectedPresetIsKept()
{
    LiveFixture fixture;
    auto& plugin = fixture.plugin;
    auto& live = *fixture.live;
    inject ("edit");
    const auto contains = [&] (const std::string& text)
    {
        const auto bytes = plugin.state();
        return std::search (bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
    };
    CHECK (eventually (patience, [&] { live.step(); return contains ("{\"edited\":true}"); }));

    // A valid state whose preset is not JSON.
    auto state = decodeState (plugin.state());
    state.preset = "not JSON at all";
    plugin.setState (state.encode());
    live.run (0.5);
    CHECK (contains ("not JSON at all"), "the rejected preset was overwritten");
    inject ("edit");
    CHECK (eventually (patience, [&] { live.step(); return contains ("{\"edited\":true}"); }));
}

/** The undo history of an engine that crashes reaches the next engine, but never together with another document. */
void undoHistoryReachesTheNextEngine()
{
    LiveFixture fixture;
    auto& plugin = fixture.plugin;
    auto& live = *fixture.live;
    const auto holds = [&] (const std::string& preset)
    {
        return eventually (patience, [&] { live.step(); return decodeState (plugin.state()).preset == preset; });
    };
    inject ("edit");
    CHECK (holds ("{\"edited\":true}"));
    const auto project = plugin.state();
    inject ("crash");
    CHECK (holds ("{\"given\":\"a step to undo\"}"), "the next engine did not get the history");

    inject ("edit");
    CHECK (holds ("{\"edited\":true}"));
    auto other = decodeState (project);
    other.preset = "{\"other\":true}";
    CHECK (plugin.setState (other.encode()));
    live.run (0.3);
    const auto before = engineProcesses().at (0);
    inject ("crash");
    CHECK (eventually (patience, [&] { live.step(); return ! isAlive (before); }));
    CHECK (live.secondsUntil (steered, patience) >= 0.0, "the next engine was not heard");
    live.run (0.5);
    CHECK_EQUAL (decodeState (plugin.state()).preset, std::string ("{\"other\":true}"));
}

/** A host that was not notified closed its project without asking, and the edits were lost. */
void editsMarkTheProject()
{
    LiveFixture fixture;
    const auto marks = [&] { return fixture.plugin.projectMarks(); };
    CHECK_EQUAL (marks(), 0);

    // Automation, its echoes, what the engine moves, and a state that is saved and loaded.
    for (int i = 0; i < 100; ++i)
        fixture.live->step ({ { amount, 0, 0.5 }, { glide, i % 128, i / 100.0 } });

    inject ("move");
    CHECK (eventually (patience, [&] { fixture.live->step(); return fixture.plugin.parameter (dryWet) == 0.25; }));
    fixture.live->step (fixture.plugin.takeEdits());
    inject ("move-on");
    CHECK (eventually (patience, [&] { fixture.live->step(); return fixture.plugin.parameter (dryWet) == 0.5; }));
    fixture.plugin.setState (fixture.plugin.state());
    fixture.live->run (0.3);
    CHECK_EQUAL (marks(), 0);

    for (int edits = 1; edits <= 3; ++edits)
    {
        inject ("edit");
        CHECK (eventually (patience, [&] { fixture.live->step(); return marks() == edits; }), marks(), " marks after ", edits, " edits");
    }
}

/** A preset of 3 MB, as with thousands of examples, is saved and restored unchanged. */
void longPresetIsKept()
{
    std::vector<std::uint8_t> saved;
    {
        LiveFixture fixture;
        inject ("edit-long");
        CHECK (eventually (patience, [&] { fixture.live->step(); return ! decodeState (fixture.plugin.state()).compressedPreset.empty(); }), "the long preset was not kept");
        saved = fixture.plugin.state();
    }
    const auto compressed = decodeState (saved).compressedPreset;
    CHECK (decodeState (saved).preset.empty());
    std::printf ("     a preset of 3 MB takes %.2f MB of a project\n", static_cast<double> (compressed.size()) / 1e6);
    CHECK (compressed.size() > 500000 && compressed.size() < 2000000, compressed.size());
    Vst3Instance plugin (bundle);
    CHECK (plugin.setState (saved));
    CHECK (decodeState (plugin.state()).compressedPreset == compressed, "it was not restored");

    // The engine gets it and reports it back: nothing is cut.
    plugin.activate ({});
    Live live (plugin, {}, level);
    live.step ({ { amount, 0, 0.5 } });
    CHECK (live.secondsUntil (steered, patience) >= 0.0);
    live.run (0.3);
    CHECK (decodeState (plugin.state()).compressedPreset == compressed, "the engine got another preset");

    // A damaged preset in a state with a valid checksum: the state is kept, and the default instrument plays.
    auto damaged = decodeState (saved);
    damaged.compressedPreset.resize (compressed.size() / 2);
    const auto bytes = damaged.encode();
    plugin.setState (bytes);
    CHECK (pluginPart (plugin.state()) == bytes, "the damaged state was overwritten");
}

/** What an engine still reports of the instrument before does not replace that of the project. */
void theProjectReplacesTheInstrumentBefore()
{
    LiveFixture fixture;
    auto state = decodeState (fixture.plugin.state());
    state.preset = "{\"project\":true}";
    state.parameters[glide] = 0.02f;
    fixture.plugin.setState (state.encode());

    for (int i = 0; i < 100; ++i)
    {
        fixture.live->step();
        const auto kept = decodeState (fixture.plugin.state());
        CHECK_EQUAL (kept.preset, state.preset);
        CHECK_EQUAL (kept.parameters[glide], 0.02f);
    }

    // From then on the engine's reports count again.
    inject ("edit");
    CHECK (eventually (patience, [&] { fixture.live->step(); return decodeState (fixture.plugin.state()).preset == "{\"edited\":true}"; }));
}

void unknownChunksAreWrittenBack()
{
    Vst3Instance plugin (bundle);
    auto state = decodeState (plugin.state());
    state.unknown.push_back ({ { 'n', 'e', 'w', '!' }, "from a newer version" });
    const auto bytes = state.encode();
    plugin.setState (bytes);
    CHECK (pluginPart (plugin.state()) == bytes);
}

} // namespace

void addStateTests (Suite& suite)
{
    suite.add ("state round trip", stateRoundTrip);
    suite.add ("damaged state is kept", damagedStateIsKept);
    suite.add ("a rejected preset is kept", rejectedPresetIsKept);
    suite.add ("the undo history reaches the next engine", undoHistoryReachesTheNextEngine);
    suite.add ("edits mark the project as changed", editsMarkTheProject);
    suite.add ("a long preset is kept", longPresetIsKept);
    suite.add ("the project replaces the instrument before", theProjectReplacesTheInstrumentBefore);
    suite.add ("unknown chunks are written back", unknownChunksAreWrittenBack);
}

} // namespace tiller::test
