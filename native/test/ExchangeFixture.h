#pragma once

#include "TestSuite.h"
#include "tiller/stream/AudioExchange.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

namespace tiller::test
{

/** An exchange between a host and an engine that delivers each block at once: the input times `gain`, delayed by its latency. */
struct ExchangeFixture
{
    static constexpr float gain = 0.3f;

    AudioExchange exchange;
    const int blockSize;
    const Latency latency;
    bool engineRuns = true;         ///< whether the engine delivers anything
    std::vector<float> output;      ///< all that the host got
    std::uint32_t position = 0;

    explicit ExchangeFixture (int samplesPerBlock = 64, Latency l = { 400, 50 }) : blockSize (samplesPerBlock), latency (l), delayLine (l.model, 0.0f)
    {
        exchange.prepare ({ 48000.0, blockSize, 1 }, latency);
        exchange.setEngineReady (true);
    }

    /** By how much the output lags the input, in samples. */
    std::size_t latencySamples() const { return exchange.latencySamples (exchange.latency()); }

    using Signal = std::function<float (std::size_t)>;
    using Change = std::function<void (HostBlock&)>;

    /** Plays `blocks` blocks of `signal`, a function of the stream position; `change` alters the first. */
    void play (int blocks, const Signal& signal, const Change& change = {})
    {
        for (int b = 0; b < blocks; ++b)
        {
            std::vector<float> in (static_cast<std::size_t> (blockSize)), out (in.size());

            for (std::size_t i = 0; i < in.size(); ++i)
                in[i] = signal (position + i);

            HostBlock block;

            if (b == 0 && change)
                change (block);

            exchange.beginCall ({ blockSize, block.offline, false });

            for (int start = 0; start < blockSize; start += block.numSamples)
            {
                const float* from = in.data() + start;
                float* to = out.data() + start;
                block.input = &from;
                block.output = &to;
                block.numSamples = std::min (exchange.streamFormat().maxEngineBlock(), blockSize - start);
                exchange.process (block);
            }

            output.insert (output.end(), out.begin(), out.end());

            // It answers after the call, and before the next.
            while (exchange.toEngine.readable() > 0)
                runEngine();

            position += static_cast<std::uint32_t> (blockSize);
        }
    }

    /** As a new fixture, after the exchange was prepared again. */
    void restart()
    {
        output.clear();
        position = 0;
        std::fill (delayLine.begin(), delayLine.end(), 0.0f);
    }

private:
    struct QueuedBlock { std::uint32_t payloadBytes, type; protocol::to_engine::Block block; };

    /** Takes the block that was sent, and delivers its output as the block transport does. */
    void runEngine()
    {
        QueuedBlock front {};
        exchange.toEngine.peek (0, &front, sizeof (front));
        std::vector<float> samples (front.block.frames);
        exchange.toEngine.peek (protocol::frameHeaderBytes + front.payloadBytes - samples.size() * sizeof (float), samples.data(), samples.size() * sizeof (float));
        exchange.toEngine.consume (protocol::frameHeaderBytes + front.payloadBytes);

        if (! engineRuns)
            return;

        if ((front.block.flags & protocol::restart) != 0)
            std::fill (delayLine.begin(), delayLine.end(), 0.0f);

        for (std::size_t i = 0; i < samples.size(); ++i)
        {
            auto& delayed = delayLine[(front.block.position + i) % delayLine.size()];
            // As in the engine: NaN and infinities count as silence.
            samples[i] = std::exchange (delayed, std::isfinite (samples[i]) ? gain * samples[i] : 0.0f);
        }

        auto& buffer = exchange.fromEngine;

        if (front.block.position == 0 || front.block.position != buffer.writePosition())
            buffer.jumpTo (front.block.position, front.block.position == 0 ? 0 : front.block.position + latency.model);

        buffer.write (0, samples.data(), samples.size());
        buffer.publish (samples.size());
    }

    std::vector<float> delayLine;
};

} // namespace tiller::test
