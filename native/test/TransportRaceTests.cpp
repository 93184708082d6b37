// The audio thread and the I/O thread against each other, as fast as both run: what is lost between them depends on their order, never
// on the time that something takes.

#include "CoreTests.h"
#include "WrittenPipe.h"

#include "tiller/engine/BlockTransport.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

namespace tiller::test
{

namespace
{

constexpr int blockSize = 128;
constexpr Latency engineLatency { 300, 100 };

/** Stands still unless it is set. Whoever waits gives the other thread the processor. */
struct SetClock final : StreamClock
{
    double seconds() const noexcept override { return now; }
    void pause() noexcept override           { std::this_thread::yield(); }

    double now = 100.0;     ///< written and read by the audio thread only
};

constexpr float engineGain = 0.3f;

/** When an engine is prepared for its stream. */
enum class Prepared
{
    atOnce,
    onceARenderWaits    ///< live blocks go on without it
};

/** An I/O thread with an engine that answers each block at once, with its input times `engineGain`. */
class TransportThread
{
public:
    TransportThread (AudioExchange& e, BlockTransport& t, Prepared when = Prepared::atOnce)
        : exchange (e), transport (t), preparedWhen (when), thread ([this] { run(); }) {}

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
        {
            while (preparedWhen == Prepared::onceARenderWaits && (exchange.hasDeadline() || ! exchange.isWaiting()) && ! quitting)
                std::this_thread::yield();

            transport.enginePrepared ({ prepare.epoch, engineLatency.model, engineLatency.scheduling });
        }

        if (! message.get (block))
            return;

        if ((block.flags & protocol::skipped) != 0)
        {
            ++skipped;
            return;
        }

        std::vector<float> samples (block.frames);
        std::memcpy (samples.data(), message.payload + message.size - samples.size() * sizeof (float), samples.size() * sizeof (float));

        for (auto& sample : samples)
            sample *= engineGain;

        std::vector<std::uint8_t> bytes (sizeof (protocol::to_plugin::Samples) + samples.size() * sizeof (float));
        const protocol::to_plugin::Samples fields { block.epoch, block.position, block.frames, block.channels };
        std::memcpy (bytes.data(), &fields, sizeof (fields));
        std::memcpy (bytes.data() + sizeof (fields), samples.data(), samples.size() * sizeof (float));
        transport.receiveSamples ({ protocol::to_plugin::Samples::type, bytes.data(), bytes.size() });
    }

    AudioExchange& exchange;
    BlockTransport& transport;
    const Prepared preparedWhen;
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
    SetClock clock;
    AudioExchange exchange (clock);
    PresetRecall recall;
    BlockTransport transport (exchange, recall);
    transport.prepare ({ 48000.0, blockSize, 1 }, engineLatency);
    const TransportThread io (exchange, transport);

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

/** Plays `liveBlocks` blocks of silence, then renders `offlineBlocks` of a signal offline; what the render gave. */
std::vector<float> renderAfter (int liveBlocks, int offlineBlocks, Prepared when)
{
    SetClock clock;
    AudioExchange exchange (clock);
    PresetRecall recall;
    BlockTransport transport (exchange, recall);
    transport.prepare ({ 48000.0, blockSize, 1 }, engineLatency);
    const TransportThread io (exchange, transport, when);
    std::vector<float> rendered;

    while (when == Prepared::atOnce && ! exchange.isEngineReady())
        std::this_thread::yield();

    for (int n = -liveBlocks; n < offlineBlocks; ++n)
    {
        std::vector<float> samples (blockSize, 0.0f);

        for (std::size_t i = 0; n >= 0 && i < samples.size(); ++i)
            samples[i] = 0.01f * static_cast<float> ((static_cast<std::size_t> (n) * samples.size() + i) % 97);

        float* channel = samples.data();
        HostBlock block;
        block.input = &channel;
        block.output = &channel;
        block.numSamples = blockSize;
        block.offline = n >= 0;
        // In real time, so that no live call waits.
        clock.now += blockSize / 48000.0;
        exchange.beginCall ({ blockSize, block.offline, false });
        exchange.process (block);

        if (block.offline)
            rendered.insert (rendered.end(), samples.begin(), samples.end());
    }

    return rendered;
}

/**
    Regression: an engine that was ready only when the render began was faded in once the model had filled up, where an earlier one was
    heard from the first sample on. The render begins anew in both.
*/
void aRenderDoesNotDependOnWhenTheEngineWasReady()
{
    const auto expected = renderAfter (3, 40, Prepared::atOnce);
    CHECK (std::any_of (expected.begin(), expected.end(), [] (float sample) { return sample > 0.0f; }), "nothing was heard");

    for (int run = 0; run < 50; ++run)
    {
        CHECK (renderAfter (3, 40, Prepared::atOnce) == expected, "ready before, run ", run);
        // The first is dropped, or waits with the others for the engine: it may still be heard.
        CHECK (renderAfter (3, 40, Prepared::onceARenderWaits) == expected, "ready with the render, run ", run);
        CHECK (renderAfter (17, 40, Prepared::onceARenderWaits) == expected, "ready with the render, after 17 blocks, run ", run);
    }
}

} // namespace

void addTransportRaceTests (Suite& suite)
{
    suite.add ("the engine gets the whole of a host's first burst", firstBurstIsSentWhole);
    suite.add ("a render does not depend on when the engine was ready", aRenderDoesNotDependOnWhenTheEngineWasReady);
}

} // namespace tiller::test
