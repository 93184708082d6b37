#include "HostFixture.h"
#include "ProgramsFile.h"

#include <pluginterfaces/vst/ivsteditcontroller.h>

#include <csignal>
#include <cstdlib>

namespace tiller::test
{

namespace
{

/** Program n as hosts normalise it, and the `amount` that the fake engine sets for it. */
double normalised (int program)     { return program / 127.0; }
float amountOf (int program)        { return static_cast<float> (program) / 127.0f; }

/** As the fake engine lists its presets; every program is one for it. */
const std::string assignments = "[{\"program\":0,\"preset\":\"factory/first\"},{\"program\":5,\"preset\":\"user/second\"}]";

/** An instance that renders a constant input of 1 offline; program changes recall presets. */
struct ProgramFixture
{
    const ProgramsFile file { assignments };
    StreamSetup setup { 48000.0, 256, 2, 2, true };
    Vst3Instance plugin { bundle };
    const int program = plugin.programParameter();

    /** Renders this many samples; offsets of `points` count from their start. */
    std::vector<float> play (int numSamples, const std::vector<Point>& points = {})
    {
        auto input = silence (numSamples);

        for (auto& channel : input)
            std::fill (channel.begin(), channel.end(), 1.0f);

        return render (plugin, input, setup, nullptr, points)[0];
    }

    /** The output once `points` are heard. */
    float settled (const std::vector<Point>& points = {}) { return play (4096, points).back(); }
};

void hostsListThePrograms()
{
    const ProgramsFile file (assignments);
    LiveFixture fixture;
    const auto& plugin = fixture.plugin;
    const int program = plugin.programParameter();
    CHECK (program >= 0 && program < 64, "the program parameter is number ", program);
    CHECK (plugin.hasFlags (program, Steinberg::Vst::ParameterInfo::kIsProgramChange | Steinberg::Vst::ParameterInfo::kIsList));
    CHECK_EQUAL (plugin.programCount(), 128);
    CHECK (eventually (patience, [&] { return plugin.programName (0) == "First of all"; }), plugin.programName (0));
    CHECK_EQUAL (plugin.programName (5), std::string ("user/second"));
    CHECK_EQUAL (plugin.programName (1), std::string ("Program 2"));
    CHECK_EQUAL (plugin.programName (127), std::string ("Program 128"));
}

/** The player has not switched program change on. */
void thereAreNoProgramsWithoutTheSwitch()
{
    const Vst3Instance without (bundle);
    CHECK_EQUAL (without.programParameter(), -1);
    CHECK_EQUAL (without.programCount(), 0);

    const ProgramsFile file (assignments, false);
    const Vst3Instance off (bundle);
    CHECK_EQUAL (off.programParameter(), -1);
    CHECK_EQUAL (off.programCount(), 0);
    CHECK_EQUAL (off.parameterCount(), without.parameterCount());
}

/** A host that has listed the programs goes on when the player switches them off, and back on. */
void theSwitchIsFollowed()
{
    ProgramFixture fixture;
    fixture.plugin.activate (fixture.setup);
    CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f);

    int next = 31;
    const auto isRecalled = [&]
    {
        const int program = next++ % 128;
        return std::abs (fixture.settled ({ { fixture.program, 0, normalised (program) } }) - amountOf (program)) < 1e-6f;
    };

    inject ("programs-off");
    CHECK (eventually (patience, [&] { return ! isRecalled(); }), "programs are recalled though they are switched off");
    inject ("programs-on");
    CHECK (eventually (patience, isRecalled), "programs are not recalled");
}

void programsLandOnTheirSample()
{
    ProgramFixture fixture;
    fixture.plugin.activate (fixture.setup);
    const auto output = fixture.play (8000, { { amount, 0, 0.5 }, { fixture.program, 1100, normalised (20) }, { fixture.program, 2559, normalised (100) },
                                          { fixture.program, 2560, normalised (127) }, { fixture.program, 4000, 0.0 } });
    const int latency = fixture.plugin.latencySamples();

    for (int i = 600; i < 8000 - latency; ++i)
    {
        const float expected = i < 1100 ? 0.5f : i < 2559 ? amountOf (20) : i < 2560 ? amountOf (100) : i < 4000 ? 1.0f : 0.0f;
        const auto heard = output[static_cast<std::size_t> (i + latency)];
        CHECK (std::abs (heard - expected) < 1e-6f, "sample ", i, " is ", heard, ", not ", expected);
    }
}

/** Every program arrives with the number that the host meant. */
void everyProgramIsReached()
{
    ProgramFixture fixture;
    fixture.plugin.activate (fixture.setup);

    for (int program = 127; program >= 0; --program)
    {
        const float heard = fixture.settled ({ { fixture.program, 0, normalised (program) } });
        CHECK (std::abs (heard - amountOf (program)) < 1e-6f, "program ", program, " was heard as ", heard * 127.0f);
    }
}

/** A program that is sent without audio, as some hosts do while they are stopped, takes effect with the next block. */
void aFlushedProgramIsNotLost()
{
    ProgramFixture fixture;
    fixture.plugin.activate (fixture.setup);
    fixture.settled ({ { amount, 0, 0.5 } });
    fixture.plugin.flush ({ { fixture.program, 0, normalised (30) } });
    CHECK (std::abs (fixture.settled() - amountOf (30)) < 1e-6f);
}

/** The user may select the same program again; automation that repeats its value does not recall it. */
void theSameProgramIsRecalledAgain()
{
    ProgramFixture fixture;
    fixture.plugin.activate (fixture.setup);
    CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f);
    fixture.play (24000);
    CHECK (std::abs (fixture.settled ({ { amount, 0, 0.5 } }) - 0.5f) < 1e-6f);
    CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f, "it was not recalled again");

    // Automation that stays at this program does not undo what the user changes.
    CHECK (std::abs (fixture.settled ({ { amount, 0, 0.5 }, { fixture.program, 100, normalised (30) } }) - 0.5f) < 1e-6f);

    for (int i = 0; i < 20; ++i)
        CHECK (std::abs (fixture.settled ({ { fixture.program, 7, normalised (30) } }) - 0.5f) < 1e-6f, "a repeated value recalled the preset");
}

/** The program that the host displays, through the edit controller, recalls nothing. */
void theDisplayedProgramRecallsNothing()
{
    ProgramFixture fixture;
    fixture.plugin.activate (fixture.setup);
    fixture.settled ({ { amount, 0, 0.5 } });

    for (const int program : { 30, 0, 127 })
    {
        fixture.plugin.setParameter (fixture.program, normalised (program));
        CHECK (std::abs (fixture.settled() - 0.5f) < 1e-6f, "program ", program);
    }
}

/** A host that writes back every value it has saved, through processor or edit controller, does not replace the project's instrument. */
void restoringRecallsNothing()
{
    std::vector<std::uint8_t> saved;
    {
        ProgramFixture fixture;
        fixture.plugin.activate (fixture.setup);
        CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f);
        fixture.settled ({ { amount, 0, 0.5 } });
        saved = fixture.plugin.state();
    }
    CHECK_EQUAL (decodeState (saved).program, 30);
    {
        ProgramFixture fixture;
        CHECK (fixture.plugin.setState (saved));
        CHECK (fixture.plugin.state() == saved, "a restored state is not the same bytes");
        CHECK (std::abs (fixture.plugin.parameter (fixture.program) - normalised (30)) < 1e-6, "the host displays another program");
        fixture.plugin.setParameter (fixture.program, normalised (30));
        fixture.plugin.activate (fixture.setup);
        fixture.plugin.flush ({ { fixture.program, 0, normalised (30) } });
        CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (30) } }) - 0.5f) < 1e-6f, "the project's instrument was replaced");
        CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (31) } }) - amountOf (31)) < 1e-6f, "another program was not recalled");
        fixture.play (48000);
        fixture.settled ({ { amount, 0, 0.5 } });
        CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (31) } }) - amountOf (31)) < 1e-6f, "it was not recalled later");
    }

    // A project of a version without programs: hosts display the first, and may write that.
    auto older = decodeState (saved);
    older.program = HostProgram::none;
    ProgramFixture fixture;
    CHECK (fixture.plugin.setState (older.encode()));
    fixture.plugin.activate (fixture.setup);
    CHECK (std::abs (fixture.settled ({ { fixture.program, 0, 0.0 } }) - 0.5f) < 1e-6f, "the older project's instrument was replaced");
}

/** A state that could not be read is kept, whatever program the host writes back with it. */
void aDamagedStateIsNotReplacedByAProgram()
{
    ProgramFixture fixture;
    auto damaged = pluginPart (fixture.plugin.state());
    damaged[damaged.size() / 2] ^= 0x5a;
    fixture.plugin.setState (damaged);
    fixture.plugin.activate (fixture.setup);
    CHECK (std::abs (fixture.settled ({ { fixture.program, 0, normalised (30) } }) - 1.0f) < 1e-6f, "a program was recalled");
    CHECK (pluginPart (fixture.plugin.state()) == damaged);
}

/** While it exists, every engine that is started exits at once. */
struct NoEngineStarts
{
    NoEngineStarts()  { setenv ("TILLER_FAKE_START", "fail", 1); }
    ~NoEngineStarts() { unsetenv ("TILLER_FAKE_START"); }
};

/** A program change while there is no engine takes effect with the next engine, unless a project is loaded in between. */
void aProgramWaitsForTheEngine (bool projectLoaded)
{
    const ProgramsFile file (assignments);
    LiveFixture fixture;
    // With a preset of its own: without one the parameters are set to the engine's defaults.
    auto project = decodeState (fixture.plugin.state());
    project.preset = "{\"project\":true}";
    const auto saved = project.encode();

    {
        const NoEngineStarts noEngine;

        for (const auto pid : engineProcesses())
            kill (pid, SIGKILL);

        CHECK (fixture.live->secondsUntil (level, patience) >= 0.0, "the dry signal was not heard");
        fixture.live->run (0.3);
        fixture.live->step ({ { fixture.plugin.programParameter(), 0, normalised (90) } });
        fixture.live->run (0.1);

        if (projectLoaded)
            fixture.plugin.setState (saved);
    }

    const float expected = level * (projectLoaded ? 0.5f : amountOf (90));
    CHECK (fixture.live->secondsUntil (expected, patience) >= 0.0, "it was not recalled: heard is ", fixture.live->step(), ", not ", expected);
    fixture.live->run (0.3);
    CHECK (fixture.live->secondsUntil (expected, patience) >= 0.0, "it did not stay");
}

/** A project that was saved before an engine had recalled the program held the preset before it. */
void aProgramIsSavedAtOnce (int program, const PresetRequest& expected)
{
    std::vector<std::uint8_t> saved;
    {
        const ProgramsFile file (assignments);
        LiveFixture fixture;
        CHECK (eventually (patience, [&] { return fixture.plugin.programName (0) == "First of all"; }));
        const NoEngineStarts noEngine;

        for (const auto pid : engineProcesses())
            kill (pid, SIGKILL);

        CHECK (fixture.live->secondsUntil (level, patience) >= 0.0, "the dry signal was not heard");
        fixture.live->step ({ { fixture.plugin.programParameter(), 0, normalised (program) } });
        saved = fixture.plugin.state();
    }

    const auto request = decodeState (saved).recall;
    CHECK (request && request->program == expected.program && request->id == expected.id, "another preset was saved");
    ProgramFixture fixture;
    CHECK (fixture.plugin.setState (saved));
    CHECK (fixture.plugin.state() == saved, "a restored state is not the same bytes");
    fixture.plugin.activate (fixture.setup);
    const float heard = fixture.settled();
    CHECK (std::abs (heard - amountOf (program)) < 1e-6f, "heard is ", heard);
    CHECK (! decodeState (fixture.plugin.state()).recall, "it is asked for although it was recalled");
}

} // namespace

void addProgramTests (Suite& suite)
{
    suite.add ("hosts list the programs", hostsListThePrograms);
    suite.add ("there are no programs without the switch", thereAreNoProgramsWithoutTheSwitch);
    suite.add ("the switch for programs is followed", theSwitchIsFollowed);
    suite.add ("programs land on their sample", programsLandOnTheirSample);
    suite.add ("every program is reached", everyProgramIsReached);
    suite.add ("a flushed program is not lost", aFlushedProgramIsNotLost);
    suite.add ("the same program is recalled again", theSameProgramIsRecalledAgain);
    suite.add ("the displayed program recalls nothing", theDisplayedProgramRecallsNothing);
    suite.add ("restoring recalls nothing", restoringRecallsNothing);
    suite.add ("a damaged state is not replaced by a program", aDamagedStateIsNotReplacedByAProgram);
    suite.add ("a program waits for the engine", [] { aProgramWaitsForTheEngine (false); });
    suite.add ("a program is saved at once", [] { aProgramIsSavedAtOnce (90, { 90, {} }); });
    suite.add ("a program is saved by the identifier of its preset", [] { aProgramIsSavedAtOnce (5, { PresetRequest::none, "user/second" }); });
    suite.add ("a project replaces a program that waits", [] { aProgramWaitsForTheEngine (true); });
}

} // namespace tiller::test
