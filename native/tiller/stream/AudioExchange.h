#pragma once

#include "tiller/ipc/MessageFifo.h"
#include "tiller/stream/HostBlock.h"
#include "tiller/stream/JitterBuffer.h"
#include "tiller/stream/LatencyHandover.h"
#include "tiller/stream/OutputMixer.h"
#include "tiller/stream/StreamFormat.h"

#include <atomic>
#include <cstdint>

namespace tiller
{

/**
    Where the audio thread and the I/O thread meet, lock-free: host blocks go out through a FIFO, the engine's audio comes back
    through a jitter buffer, and each block's output is made at once from what is there. Only an offline render waits.
*/
class AudioExchange
{
public:
    /** Allocates for a stream that starts at position 0. [main-thread] while neither the audio nor the I/O thread is in here. */
    void prepare (const StreamFormat&, Latency expected);

    /** Ends the audio thread's waiting, now and until the next `prepare`. [any-thread] */
    void cancelWaiting() noexcept                   { waitingCancelled.store (true, std::memory_order_release); }

    /** Frees what `prepare` allocated; the format then has no channels. [main-thread] while neither the audio nor the I/O thread is in here. */
    void release() noexcept;

    /**
        Sends one block to the engine and writes its output. False where the block could not be sent, so that its parameter
        events must be sent again. [audio-thread] of a prepared stream
    */
    bool process (const HostBlock&) noexcept;

    /** Total latency to be reported to the host, in samples. [main-thread, audio-thread] */
    std::uint32_t latencySamples (Latency latency) const noexcept
    {
        return latency.model + latency.scheduling + static_cast<std::uint32_t> (format.maxBlock);
    }

    /** The latency that the output uses from its next block on, bounded by what was allocated. [io-thread] */
    void setLatency (Latency) noexcept;

    /**
        The same where the engine plays another model from stream position `modelChangedAt` on: that model is heard once it has
        filled up. An offline render keeps the old latency up to there, so that it does not depend on timing. [io-thread]
    */
    void setLatencyFrom (std::uint32_t modelChangedAt, Latency) noexcept;

    Latency latency() const noexcept                { return handover.latency(); }   // [any-thread]

    /** Whether silence replaces the dry signal while the engine is unavailable. [any-thread] */
    void setSilenceOnFault (bool silence) noexcept  { silenceOnFault.store (silence, std::memory_order_relaxed); }

    /** Whether the engine can be expected to run at all: an offline render does not wait for one that cannot start. [io-thread] */
    void setEngineExpected (bool expected) noexcept { engineExpected.store (expected, std::memory_order_release); }

    /** Whether the engine is prepared for this epoch, `latency` being its own. [io-thread] */
    void setEngineReady (bool isReady) noexcept     { engineReady.store (isReady, std::memory_order_release); }

    /** Waits until the engine is prepared, up to the time-out of an offline render; false where it is not. [main-thread, or the audio thread offline] */
    bool waitUntilReady() noexcept;

    /** Stream position of the next input sample. [any-thread] */
    std::uint32_t position() const noexcept         { return inputEnd.load (std::memory_order_acquire); }

    /** What `prepare` was given last. [main-thread, audio-thread; io-thread under the mutex of `BlockTransport`] */
    const StreamFormat& streamFormat() const noexcept { return format; }

    MessageFifo toEngine;      ///< written by the audio thread, read by the I/O thread
    JitterBuffer fromEngine;   ///< written by the I/O thread, read by the audio thread
    StreamCounters counters;
    std::uint32_t epoch = 0;   ///< number of the stream; changes with `prepare` and `release` only

private:
    // [audio-thread]
    bool send (const HostBlock&, std::uint32_t position) noexcept;
    void waitForEngineAudio (std::uint32_t end) noexcept;
    void stopWaiting() noexcept;
    // [any-thread]
    bool mayWait() const noexcept;
    Latency bounded (Latency) const noexcept;

    StreamFormat format;
    LatencyHandover handover;
    std::atomic<std::uint32_t> inputEnd { 0 };
    std::atomic<bool> silenceOnFault { false }, engineExpected { true }, engineReady { false }, waitingCancelled { false };

    // The audio thread's own.
    OutputMixer mixer;
    bool wasOffline = false;
    bool hasTimedOut = false;   ///< an offline render waits no longer, until the engine has caught up
};

} // namespace tiller
