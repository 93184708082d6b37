// In which order an engine gets parameters, audio and the presets that are asked for: the block transport without an engine.

#include "CoreTests.h"
#include "WrittenPipe.h"

#include "tiller/engine/BlockTransport.h"

#include <array>
#include <optional>

namespace tiller::test
{

namespace
{

/** A host that plays blocks, and an engine that answers them with silence. */
struct RecallFixture
{
    static constexpr int blockSize = 128;

    AudioExchange exchange;
    PresetRecall recall;
    BlockTransport transport { exchange, recall };
    SendBuffer outbox;
    WrittenPipe pipe;
    bool resend = false;

    RecallFixture()
    {
        transport.prepare ({ 48000.0, blockSize, 1 }, { 300, 100 });
        transport.engineStarted();
    }

    /** One block, as `PluginProcessor::process` makes it, with one parameter in place of all of them; false where it was lost. */
    bool play (std::optional<std::uint8_t> program = {})
    {
        resend = transport.takeResendRequest() || resend;
        std::array<float, blockSize> audio {};
        const float* in = audio.data();
        float* out = audio.data();
        const protocol::ParameterEvent parameter { 0, 3, 0.5f };
        const protocol::MidiEvent midi { 7, 0xc0u | (std::uint32_t { program.value_or (0) } << 8) };
        HostBlock block;
        block.input = &in;
        block.output = &out;
        block.numSamples = blockSize;
        block.parameterEvents = &parameter;
        block.parameterEventCount = resend ? 1 : 0;
        block.allParameters = resend;
        block.recallPending = recall.isPending();
        block.midiEvents = &midi;
        block.midiEventCount = program ? 1 : 0;
        block.recall = program ? recall.requestProgram (*program) : recall.lastNumber();
        const bool sent = exchange.process (block);
        resend = ! sent;
        return sent;
    }

    void prepared() { CHECK (transport.enginePrepared ({ exchange.epoch, 300, 100 })); }

    void nextEngine()
    {
        transport.engineStopped (true);
        transport.engineStarted();
    }

    /** What the I/O thread sends now: P, a block of parameters only; Rn, a request; B, a block with audio; with (p), its program. */
    std::string sent()
    {
        std::string all, part;

        // No more blocks are sent than the engine should have at once.
        do
        {
            transport.sendBlocks (outbox, transport.waiting());
            part = flushed();
            all += part;
        }
        while (! part.empty());

        return all;
    }

    std::string sentWithoutAudio (const BlockTransport::Waiting& waited)
    {
        transport.sendRecall (outbox, waited);
        return flushed();
    }

private:
    std::string flushed()
    {
        std::string text;

        do
        {
            CHECK (outbox.flush (pipe));

            for (Message message; pipe.parser.parse (message) == MessageParser::Result::message;)
                text += nameOf (message);
        }
        while (outbox.pending() > 0);

        return text;
    }

    void answer (const protocol::to_engine::Block& block)
    {
        std::vector<std::uint8_t> bytes (sizeof (protocol::to_plugin::Samples) + block.frames * sizeof (float));
        const protocol::to_plugin::Samples fields { block.epoch, block.position, block.frames, block.channels };
        std::memcpy (bytes.data(), &fields, sizeof (fields));
        CHECK (transport.receiveSamples ({ protocol::to_plugin::Samples::type, bytes.data(), bytes.size() }));
    }

    std::string nameOf (const Message& message)
    {
        protocol::to_engine::Block block {};
        protocol::to_engine::RecallPreset wanted {};

        if (message.get (wanted))
            return "R" + (wanted.program == protocol::noProgram ? std::string (message.text (sizeof (wanted))) : std::to_string (wanted.program)) + " ";

        if (! message.get (block))
            return {};

        const bool skipped = (block.flags & protocol::skipped) != 0;
        const auto parameterBytes = std::size_t { block.parameterEvents } * protocol::ParameterEvent::bytes;
        const auto audioBytes = skipped ? 0 : std::size_t { block.frames } * sizeof (float);
        CHECK_EQUAL (message.size, sizeof (block) + parameterBytes + std::size_t { block.midiEvents } * protocol::MidiEvent::bytes + audioBytes);
        if (! skipped)
            answer (block);

        std::string text = std::string (block.parameterEvents > 0 ? "P" : "") + (skipped ? "" : "B");

        for (std::uint32_t i = 0; i < block.midiEvents; ++i)
        {
            protocol::MidiEvent event {};
            std::memcpy (&event, message.payload + sizeof (block) + parameterBytes + i * sizeof (event), sizeof (event));

            if (isProgramChange (event.message))
                text += "(" + std::to_string ((event.message >> 8) & 0x7f) + ")";
        }

        return text + " ";
    }
};

/** The same once an engine plays. */
struct PlayingFixture : RecallFixture
{
    PlayingFixture()
    {
        prepared();
        play();
        CHECK_EQUAL (sent(), std::string ("PB "));
    }
};

void aProgramComesWithItsBlock()
{
    PlayingFixture fixture;
    fixture.play (5);
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("B(5) B "));
    fixture.recall.request ({ PresetRequest::none, "user/x" });
    fixture.play();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("Ruser/x B B "));
}

/** A program in a block that waited while the engine became ready was sent before the parameters, which are older, and was lost. */
void aProgramFollowsTheParameters()
{
    RecallFixture fixture;

    for (int i = 0; i < 10; ++i)
    {
        fixture.play();
        fixture.sent();
    }

    fixture.play (90);
    fixture.prepared();
    const auto waited = fixture.sent();
    CHECK (waited.find ('P') == std::string::npos && waited.find ("(90)") == std::string::npos, waited);
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("P R90 B "));
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("B "));
}

/** A program of a block that no engine got, or that did not fit into the queue. */
void aLostProgramIsAskedFor()
{
    RecallFixture fixture;
    fixture.play (90);

    for (int i = 0; i < 10; ++i)
    {
        fixture.play();
        fixture.sent();
    }

    fixture.prepared();
    fixture.sent();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("P R90 B "));

    while (fixture.play()) {}

    CHECK (! fixture.play (91), "the queue has room again");
    fixture.sent();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("P R91 B "));
}

void aCrashIsNoAnswer()
{
    PlayingFixture fixture;
    fixture.play (5);
    CHECK_EQUAL (fixture.sent(), std::string ("B(5) "));
    fixture.nextEngine();
    fixture.prepared();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("P R5 B "));
    fixture.recall.setApplied (fixture.recall.lastNumber());
    fixture.nextEngine();
    fixture.prepared();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("PB "));
}

/** A preset that ends every engine does not end all that are started. */
void aFatalPresetIsGivenUp()
{
    PlayingFixture fixture;
    fixture.play (5);
    CHECK_EQUAL (fixture.sent(), std::string ("B(5) "));
    fixture.nextEngine();
    CHECK (fixture.recall.pending().has_value());
    fixture.prepared();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("P R5 B "));
    fixture.nextEngine();
    CHECK (! fixture.recall.pending());
    fixture.prepared();
    fixture.play();
    CHECK_EQUAL (fixture.sent(), std::string ("PB "));

    // An engine that crashes for another reason is none of these.
    fixture.nextEngine();
    fixture.play (6);
    fixture.nextEngine();
    fixture.nextEngine();
    CHECK (fixture.recall.pending().has_value());
}

/** Where the answer came between the reading of the parameters and their sending, they took the preset's place. */
void parametersFromBeforeAnAnswerAreOlder()
{
    RecallFixture fixture;
    fixture.recall.request ({ 4, {} });
    CHECK_EQUAL (fixture.sentWithoutAudio (fixture.transport.waiting()), std::string ("R4 "));
    fixture.prepared();
    fixture.play();
    fixture.recall.setApplied (fixture.recall.lastNumber());
    CHECK_EQUAL (fixture.sent(), std::string ("P R4 B "));
}

void aProjectReplacesWhatWaits()
{
    PlayingFixture fixture;
    fixture.play (5);
    fixture.recall.discard();
    fixture.play();
    fixture.play (6);
    CHECK_EQUAL (fixture.sent(), std::string ("B B B(6) "));
}

/** A request that was made after the project must not reach the engine before it. */
void withoutAudioARequestKeepsItsPlace()
{
    RecallFixture fixture;
    const auto before = fixture.transport.waiting();
    fixture.recall.request ({ 4, {} });
    CHECK_EQUAL (fixture.sentWithoutAudio (before), std::string());
    CHECK_EQUAL (fixture.sentWithoutAudio (fixture.transport.waiting()), std::string ("R4 "));
    CHECK_EQUAL (fixture.sentWithoutAudio (fixture.transport.waiting()), std::string());

    // The same for blocks.
    fixture.prepared();
    fixture.play();
    const auto waiting = fixture.transport.waiting();
    fixture.play (5);
    fixture.transport.sendBlocks (fixture.outbox, waiting);
    CHECK_EQUAL (fixture.sentWithoutAudio (waiting).find ("(5)"), std::string::npos);
    CHECK_EQUAL (fixture.sent(), std::string ("B(5) "));
}

} // namespace

void addRecallOrderTests (Suite& suite)
{
    suite.add ("a program comes with its block", aProgramComesWithItsBlock);
    suite.add ("a program follows the parameters", aProgramFollowsTheParameters);
    suite.add ("a lost program is asked for", aLostProgramIsAskedFor);
    suite.add ("a crash of the engine is no answer", aCrashIsNoAnswer);
    suite.add ("a fatal preset is given up", aFatalPresetIsGivenUp);
    suite.add ("parameters from before an answer are older", parametersFromBeforeAnAnswerAreOlder);
    suite.add ("a project replaces what waits", aProjectReplacesWhatWaits);
    suite.add ("without audio a request keeps its place", withoutAudioARequestKeepsItsPlace);
}

} // namespace tiller::test
