#include "HostRig.h"

#include <csignal>

namespace tiller::test
{

namespace
{

/** Program n as hosts normalise it, and the amount that the tests' engine makes of it. */
double normalised (int program)     { return program / 127.0; }
float amountOf (int program)        { return static_cast<float> (program) / 127.0f; }

/** An instance that renders offline, its program parameter found, its input a constant one. */
struct ProgramRig
{
    StreamSetup setup { 48000.0, 256, 2, 2, true };
    Vst3Instance plugin { bundle };
    const int program = plugin.programParameter();

    /** Renders this many samples; `points` from the start of these. */
    std::vector<float> play (int frames, const std::vector<Point>& points = {})
    {
        auto input = silence (frames);

        for (auto& channel : input)
            std::fill (channel.begin(), channel.end(), 1.0f);

        return render (plugin, input, setup, nullptr, points)[0];
    }

    /** What the engine makes of the input once all that was sent is heard. */
    float settled (const std::vector<Point>& points = {}) { return play (2048, points).back(); }
};

void hostsListThePrograms()
{
    LiveRig rig;
    const auto& plugin = rig.plugin;
    const int program = plugin.programParameter();
    CHECK (program >= 0 && program < 64, "the program parameter is number ", program);
    CHECK_EQUAL (plugin.programCount(), 128);
    CHECK (eventually (3.0, [&] { return plugin.programName (0) == "First of all"; }), plugin.programName (0));
    CHECK_EQUAL (plugin.programName (1), std::string ("user/second"));
    CHECK_EQUAL (plugin.programName (2), std::string ("Program 3"));
    CHECK_EQUAL (plugin.programName (127), std::string ("Program 128"));
}

void programsLandOnTheirSample()
{
    ProgramRig rig;
    rig.plugin.activate (rig.setup);
    const auto output = rig.play (8000, { { amount, 0, 0.5 }, { rig.program, 1100, normalised (20) }, { rig.program, 2559, normalised (100) },
                                          { rig.program, 2560, normalised (127) }, { rig.program, 4000, 0.0 } });
    const int latency = rig.plugin.latencySamples();

    for (int i = 600; i < 8000 - latency; ++i)
    {
        const float expected = i < 1100 ? 0.5f : i < 2559 ? amountOf (20) : i < 2560 ? amountOf (100) : i < 4000 ? 1.0f : 0.0f;
        const auto heard = output[static_cast<std::size_t> (i + latency)];
        CHECK (std::abs (heard - expected) < 1e-6f, "sample ", i, " is ", heard, ", not ", expected);
    }
}

/** Every program arrives as the number that was sent. */
void everyProgramIsReached()
{
    ProgramRig rig;
    rig.plugin.activate (rig.setup);

    for (int program = 127; program >= 0; --program)
    {
        const float heard = rig.settled ({ { rig.program, 0, normalised (program) } });
        CHECK (std::abs (heard - amountOf (program)) < 1e-6f, "program ", program, " was heard as ", heard * 127.0f);
    }
}

/** Sent without audio, as some hosts do while they do not play, it comes with the next block. */
void aFlushedProgramIsNotLost()
{
    ProgramRig rig;
    rig.plugin.activate (rig.setup);
    rig.settled ({ { amount, 0, 0.5 } });
    rig.plugin.flush ({ { rig.program, 0, normalised (30) } });
    CHECK (std::abs (rig.settled() - amountOf (30)) < 1e-6f);
}

/** The player may ask for the same program again; automation that repeats its value does not. */
void theSameProgramIsRecalledAgain()
{
    ProgramRig rig;
    rig.plugin.activate (rig.setup);
    CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f);
    rig.play (24000);
    CHECK (std::abs (rig.settled ({ { amount, 0, 0.5 } }) - 0.5f) < 1e-6f);
    CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f, "it was not recalled again");

    // A line at this program: it stays with what the player makes of it.
    CHECK (std::abs (rig.settled ({ { amount, 0, 0.5 }, { rig.program, 100, normalised (30) } }) - 0.5f) < 1e-6f);

    for (int i = 0; i < 20; ++i)
        CHECK (std::abs (rig.settled ({ { rig.program, 7, normalised (30) } }) - 0.5f) < 1e-6f, "a repeated value was taken for another wish");
}

/** What a host's window side shows is no wish of the player's. */
void whatTheHostShowsChangesNothing()
{
    ProgramRig rig;
    rig.plugin.activate (rig.setup);
    rig.settled ({ { amount, 0, 0.5 } });

    for (const int program : { 30, 0, 127 })
    {
        rig.plugin.setParameter (rig.program, normalised (program));
        CHECK (std::abs (rig.settled() - 0.5f) < 1e-6f, "program ", program);
    }
}

/** The project's instrument stays where a host writes back everything that it saved, in either way. */
void restoringChangesNothing()
{
    std::vector<std::uint8_t> saved;
    {
        ProgramRig rig;
        rig.plugin.activate (rig.setup);
        CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (30) } }) - amountOf (30)) < 1e-6f);
        rig.settled ({ { amount, 0, 0.5 } });
        saved = rig.plugin.state();
    }
    CHECK_EQUAL (readState (saved).program, 30);
    {
        ProgramRig rig;
        CHECK (rig.plugin.setState (saved));
        CHECK (rig.plugin.state() == saved, "a restored state is not the same bytes");
        CHECK (std::abs (rig.plugin.parameter (rig.program) - normalised (30)) < 1e-6, "the host is shown another program");
        rig.plugin.setParameter (rig.program, normalised (30));
        rig.plugin.activate (rig.setup);
        rig.plugin.flush ({ { rig.program, 0, normalised (30) } });
        CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (30) } }) - 0.5f) < 1e-6f, "the project's instrument was replaced");
        CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (31) } }) - amountOf (31)) < 1e-6f, "another program was not recalled");
        rig.play (48000);
        rig.settled ({ { amount, 0, 0.5 } });
        CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (31) } }) - amountOf (31)) < 1e-6f, "it was not recalled later");
    }

    // A project of a version that knew no programs: hosts are shown the first, and may write that.
    auto older = readState (saved);
    older.program = HostProgram::none;
    ProgramRig rig;
    CHECK (rig.plugin.setState (older.encode()));
    rig.plugin.activate (rig.setup);
    CHECK (std::abs (rig.settled ({ { rig.program, 0, 0.0 } }) - 0.5f) < 1e-6f, "the older project's instrument was replaced");
}

/** A state that could not be read is kept, whatever program the host writes back with it. */
void aDamagedStateOutlastsItsProgram()
{
    ProgramRig rig;
    auto damaged = ownPart (rig.plugin.state());
    damaged[damaged.size() / 2] ^= 0x5a;
    rig.plugin.setState (damaged);
    rig.plugin.activate (rig.setup);
    CHECK (std::abs (rig.settled ({ { rig.program, 0, normalised (30) } }) - 1.0f) < 1e-6f, "a program was recalled over it");
    CHECK (ownPart (rig.plugin.state()) == damaged);
}

/** A program that is asked for while the engine is away plays once it is back, but not where a project is loaded meanwhile. */
void aProgramWaitsForTheEngine (bool projectLoaded)
{
    LiveRig rig;
    // With a preset of its own: without one the project's parameters follow what the engine chooses.
    auto project = readState (rig.plugin.state());
    project.preset = "{\"project\":true}";
    const auto saved = project.encode();
    kill (engineChildren().at (0), SIGKILL);
    CHECK (rig.live->secondsUntil (level, 2.0) >= 0.0, "the dry track was not heard");
    rig.live->step ({ { rig.plugin.programParameter(), 0, normalised (90) } });

    // Long enough for the block to go by, short enough for the engine to be away still.
    rig.live->run (0.1);

    if (projectLoaded)
        rig.plugin.setState (saved);

    const float expected = level * (projectLoaded ? 0.5f : amountOf (90));
    CHECK (rig.live->secondsUntil (expected, 10.0) >= 0.0, "it was not recalled, what is heard is ", rig.live->step(), " for ", expected);
    rig.live->run (0.3);
    CHECK (rig.live->secondsUntil (expected, 0.1) >= 0.0, "it did not stay");
}

} // namespace

void addProgramTests (Suite& suite)
{
    suite.add ("hosts list the programs", hostsListThePrograms);
    suite.add ("programs land on their sample", programsLandOnTheirSample);
    suite.add ("every program is reached", everyProgramIsReached);
    suite.add ("a flushed program is not lost", aFlushedProgramIsNotLost);
    suite.add ("the same program is recalled again", theSameProgramIsRecalledAgain);
    suite.add ("what the host shows of programs changes nothing", whatTheHostShowsChangesNothing);
    suite.add ("restoring changes no program", restoringChangesNothing);
    suite.add ("a damaged state outlasts its program", aDamagedStateOutlastsItsProgram);
    suite.add ("a program waits for the engine", [] { aProgramWaitsForTheEngine (false); });
    suite.add ("a project outdoes a program that waits", [] { aProgramWaitsForTheEngine (true); });
}

} // namespace tiller::test
