// The audio thread and the I/O thread against each other, as fast as both run: what is lost between them depends on their order, never
// on the time that something takes. On a clock that stands still.

#include "CoreTests.h"
#include "WrittenPipe.h"

#include "tiller/engine/BlockTransport.h"

#include <atomic>
#include <thread>
#include <vector>

namespace tiller::test
{

namespace
{

constexpr int blockSize = 128;
constexpr Latency engineLatency { 300, 100 };

/** Whoever waits gives the other thread the processor. */
struct StandingClock final : StreamClock
{
    double seconds() const noexcept override { return 100.0; }
    void pause() noexcept override           { std::this_thread::yield(); }
};

/** An I/O thread with an engine that answers at once, with silence. */
class TransportThread
{
public:
    explicit TransportThread (BlockTransport& t) : transport (t), thread ([this] { run(); }) {}

    ~TransportThread()
    {
        quitting = true;
        thread.join();
    }

    /** Blocks whose audio was left out. */
    int skippedBlocks() const noexcept { return skipped; }

private:
    void run()
    {
        for (transport.engineStarted(); ! quitting; std::this_thread::yield())
        {
            transport.sendBlocks (outbox, transport.waiting());

            while (outbox.pending() > 0)
            {
                outbox.flush (pipe);

                for (Message message; pipe.parser.parse (message) == MessageParser::Result::message;)
                    receive (message);
            }
        }
    }

    void receive (const Message& message)
    {
        protocol::to_engine::Prepare prepare {};
        protocol::to_engine::Block block {};

        if (message.get (prepare))
            transport.enginePrepared ({ prepare.epoch, engineLatency.model, engineLatency.scheduling });

        if (! message.get (block))
            return;

        if ((block.flags & protocol::skipped) != 0)
        {
            ++skipped;
            return;
        }

        std::vector<std::uint8_t> bytes (sizeof (protocol::to_plugin::Samples) + block.frames * sizeof (float));
        const protocol::to_plugin::Samples fields { block.epoch, block.position, block.frames, block.channels };
        std::memcpy (bytes.data(), &fields, sizeof (fields));
        transport.receiveSamples ({ protocol::to_plugin::Samples::type, bytes.data(), bytes.size() });
    }

    BlockTransport& transport;
    SendBuffer outbox;
    WrittenPipe pipe;
    std::atomic<int> skipped { 0 };
    std::atomic<bool> quitting { false };
    std::thread thread;
};

/**
    A host that delivers its first blocks at once may wait for all but the very first. Regression: where the second block came while the
    first was looked at, the first was too late by the position of the second, and the engine did not get its audio.
*/
void firstBurstIsSentWhole()
{
    StandingClock clock;
    AudioExchange exchange (clock);
    PresetRecall recall;
    BlockTransport transport (exchange, recall);
    transport.prepare ({ 48000.0, blockSize, 1 }, engineLatency);
    const TransportThread io (transport);

    for (int stream = 0; stream < 1500; ++stream)
    {
        transport.prepare ({ 48000.0, blockSize, 1 }, engineLatency);

        while (! exchange.isEngineReady())
            std::this_thread::yield();

        for (int n = 0; n < 4; ++n)
        {
            std::vector<float> samples (blockSize, 0.1f);
            float* channel = samples.data();
            HostBlock block;
            block.input = &channel;
            block.output = &channel;
            block.numSamples = blockSize;
            exchange.beginCall ({ blockSize, false, false });
            exchange.process (block);
        }

        CHECK (io.skippedBlocks() == 0, "in stream ", stream);
    }
}

} // namespace

void addTransportRaceTests (Suite& suite) { suite.add ("the engine gets the whole of a host's first burst", firstBurstIsSentWhole); }

} // namespace tiller::test
