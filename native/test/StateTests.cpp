// The state in the host's project, the preset document and the program parameter.

#include "CoreTests.h"

#include "tiller/state/EchoClock.h"
#include "tiller/state/ParameterEchoFilter.h"
#include "tiller/state/ProgramFilter.h"
#include "tiller/state/HostProgram.h"
#include "tiller/state/PresetDocument.h"
#include "tiller/state/SavedState.h"

#include <cmath>

namespace tiller::test
{

namespace
{

void stateIsDecodedAsEncoded()
{
    SavedState state;
    state.parameters[3] = 0.125f;
    state.preset = "{\"name\":\"caf\xc3\xa9\"}";
    state.latency = { 1234, 567 };
    state.rate = 44100.0;
    state.maxBlock = 512;
    state.windowWidth = 1000;
    state.windowHeight = 700;
    state.compressedPreset = std::string ("packed\0text", 11);
    state.unknown.push_back ({ { 'l', 'a', 't', 'r' }, "something" });
    const auto bytes = state.encode();
    std::string error;
    const auto decoded = SavedState::decode (bytes.data(), bytes.size(), error);
    CHECK (decoded.has_value(), error);
    CHECK (decoded->parameters == state.parameters && decoded->preset == state.preset && decoded->compressedPreset == state.compressedPreset && decoded->latency == state.latency);
    CHECK (decoded->windowWidth == 1000 && decoded->windowHeight == 700);
    CHECK_EQUAL (decoded->rate, 44100.0);
    CHECK (decoded->encode() == bytes);

    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK (! SavedState::decode (bytes.data(), size, error).has_value(), "cut to ", size);

    // The expected latency is computed from it.
    for (const double rate : { std::nan (""), HUGE_VAL, -1.0 })
    {
        auto invalid = state;
        invalid.rate = rate;
        const auto encoded = invalid.encode();
        CHECK (! SavedState::decode (encoded.data(), encoded.size(), error).has_value(), "a rate of ", rate);
    }

    auto newer = bytes;
    newer[4] = 2;
    CHECK (! SavedState::decode (newer.data(), newer.size(), error).has_value());
    CHECK (error.find ("newer") != std::string::npos, error);
}

/** A preset that the engine had not recalled yet is in the project, beside what the engine last reported. */
void requestsAreDecodedAsEncoded()
{
    for (const auto& request : { PresetRequest { PresetRequest::maxProgram, {} }, PresetRequest { PresetRequest::none, "user/caf\xc3\xa9" } })
    {
        for (const int program : { HostProgram::none, 5 })
        {
            SavedState state;
            state.program = program;
            state.recall = request;
            const auto bytes = state.encode();
            std::string error;
            const auto decoded = SavedState::decode (bytes.data(), bytes.size(), error);
            CHECK (decoded.has_value(), error);
            CHECK (decoded->program == program && decoded->recall && decoded->recall->program == request.program && decoded->recall->id == request.id);
            CHECK (decoded->encode() == bytes);
        }
    }

    for (const auto& invalid : { PresetRequest { PresetRequest::maxProgram + 1, {} }, PresetRequest { -2, {} }, PresetRequest {}, PresetRequest { PresetRequest::none, std::string (2000, 'x') } })
    {
        SavedState state;
        state.recall = invalid;
        const auto bytes = state.encode();
        std::string error;
        CHECK (! SavedState::decode (bytes.data(), bytes.size(), error).has_value(), "program ", invalid.program);
    }
}

/** Requests are pending until they are answered, or a project replaces them; their numbers wrap. */
void requestsArePendingUntilAnswered()
{
    PresetRecall recall;
    CHECK (! recall.pending());
    const auto first = recall.requestProgram (7), second = recall.request ({ PresetRequest::none, "user/x" });
    CHECK (isLaterRequest (second, first) && recall.lastNumber() == second);
    CHECK_EQUAL (recall.pending()->id, std::string ("user/x"));
    recall.setApplied (first);
    CHECK (recall.pending().has_value());
    recall.setApplied (second);
    recall.setApplied (first);
    CHECK (! recall.pending(), "an answer that came late counts");
    recall.requestProgram (9);
    CHECK (recall.pending()->program == 9 && recall.pending()->id.empty());
    recall.discard();
    CHECK (! recall.pending());
    CHECK (isLaterRequest (3, 0xfffffff0u) && ! isLaterRequest (0xfffffff0u, 3) && ! isLaterRequest (5, 5));
}

void rejectedPresetsAreKept()
{
    PresetDocument document;
    document.load ("unreadable");
    document.reject();
    CHECK (! document.update ("{}", false));
    CHECK_EQUAL (document.preset(), std::string ("unreadable"));
    CHECK (document.update ("{}", true));
    CHECK_EQUAL (document.preset(), std::string ("{}"));
    CHECK (document.update ("{1}", false));
}

/** Each program that a host writes, exactly or rounded to float, is the one that it means. */
void programsAreNumberedAsInHosts()
{
    for (int program = 0; program < HostProgram::count; ++program)
    {
        CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (program / 127.0)), program);
        CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (static_cast<double> (static_cast<float> (program) / 127.0f))), program);
    }

    CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (-1.0)), 0);
    CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (7.0)), 127);
    CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (std::nan (""))), 0);
}

void restoredProgramsRecallNothing()
{
    HostProgram program;
    program.prepare (1000.0);
    CHECK (program.displayed() == 0 && program.selected() == HostProgram::none);
    program.beginBlock (100);
    CHECK (program.select (0), "the first program of a new instance was not recalled");

    for (const auto invalid : { -3, 128, 1 << 30 })
    {
        program.restore (invalid);
        CHECK_EQUAL (program.selected(), HostProgram::none);
    }

    program.restore (9);
    program.beginBlock (100);
    CHECK (! program.select (9), "the host only wrote back the project's program");
    program.beginBlock (100);
    CHECK (program.select (10) && program.select (9) && program.select (10));

    // Both guard times have passed.
    for (int i = 0; i < 12; ++i)
        program.beginBlock (100);

    CHECK (program.select (10));
    program.beginBlock (100);
    CHECK (! program.select (10), "automation that repeats its value recalled a preset");

    program.restore (HostProgram::unknown);
    program.beginBlock (100);
    CHECK (! program.select (10) && ! program.select (0));
}

/** Program changes are passed on where the player wants them, each with the bank that was selected on its channel. */
void programChangesAreFiltered()
{
    const auto programChange = [] (unsigned channel, unsigned program) { return 0xc0u | channel | (program << 8); };
    const auto control = [] (unsigned channel, unsigned controller, unsigned value) { return 0xb0u | channel | (controller << 8) | (value << 16); };
    ProgramFilter filter;
    CHECK (! filter.isOn() && ! filter.pass (programChange (0, 3)) && ! filter.fromHost (3));
    CHECK (filter.pass (control (0, 74, 9)) == control (0, 74, 9) && filter.pass (0x407f90u) == 0x407f90u, "another message was changed");

    filter.set (true, ProgramFilter::anyChannel);
    CHECK (filter.pass (programChange (7, 3)) == programChange (7, 3));
    filter.pass (control (7, 0, 2));
    filter.pass (control (7, 32, 5));
    const auto inBank = filter.pass (programChange (7, 127));
    CHECK (inBank && programOf (*inBank) == (2 * 128 + 5) * 128 + 127);
    CHECK (programOf (*filter.pass (programChange (6, 127))) == 127, "the bank of another channel was taken");
    CHECK (programOf (*filter.fromHost (9)) == (2 * 128 + 5) * 128 + 9);
    // A data byte that is there although the message has two bytes only is no bank.
    CHECK (programOf (*filter.pass (programChange (6, 1) | 0x7f0000u)) == 1);
    filter.pass (control (7, 0, 1));
    CHECK (programOf (*filter.pass (programChange (7, 0))) == 128 * 128, "the fine half of the bank was kept");

    filter.set (true, 7);
    CHECK (! filter.pass (programChange (7, 3)) && filter.pass (programChange (6, 3)));
    CHECK (programOf (*filter.fromHost (9)) == 9, "the bank of another channel was taken");
    filter.pass (control (15, 0, 127));
    filter.pass (control (15, 32, 127));
    filter.set (true, 16);
    CHECK (programOf (*filter.fromHost (127)) == PresetRequest::maxProgram);
    filter.set (false, 16);
    CHECK (! filter.pass (programChange (15, 3)));
}

/**
    An offline render that waited for a model got the echoes of what the engine had told meanwhile too late, took them for moves of
    the host, and started the new preset's ramps early.
*/
void aWaitDoesNotMakeEchoesLate()
{
    EchoClock clock;
    ParameterEchoFilter echoes;
    // Within a call that ends 800 ms later.
    echoes.expect (0.5f, clock.at (1000));
    clock.pause (850);
    CHECK (echoes.isExpected (0.5f, clock.at (1800)));
    CHECK (echoes.consume (0.5f, clock.at (1820)));
    CHECK (! echoes.consume (0.5f, clock.at (1820)), "there are two echoes of one notification");
    // Live calls are no pause; and the wall clock wraps.
    echoes.expect (0.25f, clock.at (0xffffff00u));
    CHECK (echoes.isExpected (0.25f, clock.at (0xffffff00u + 499)));
    CHECK (! echoes.isExpected (0.25f, clock.at (0xffffff00u + 500)));
}

} // namespace

void addStateTests (Suite& suite)
{
    suite.add ("the state is decoded as it was encoded", stateIsDecodedAsEncoded);
    suite.add ("requests are decoded as they were encoded", requestsAreDecodedAsEncoded);
    suite.add ("requests are pending until they are answered", requestsArePendingUntilAnswered);
    suite.add ("rejected presets are kept", rejectedPresetsAreKept);
    suite.add ("programs are numbered as in hosts", programsAreNumberedAsInHosts);
    suite.add ("program changes are filtered", programChangesAreFiltered);
    suite.add ("restored programs recall nothing", restoredProgramsRecallNothing);
    suite.add ("a wait does not make echoes late", aWaitDoesNotMakeEchoesLate);
}

} // namespace tiller::test
