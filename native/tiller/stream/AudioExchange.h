#pragma once

#include "tiller/ipc/MessageFifo.h"
#include "tiller/stream/HostBlock.h"
#include "tiller/stream/HostLead.h"
#include "tiller/stream/JitterBuffer.h"
#include "tiller/stream/LatencyHandover.h"
#include "tiller/stream/OutputMixer.h"
#include "tiller/stream/StreamClock.h"
#include "tiller/stream/StreamFormat.h"

#include <atomic>
#include <cstdint>

namespace tiller
{

/**
    Where the audio thread and the I/O thread meet, lock-free: host blocks go out through a FIFO, the engine's audio comes back
    through a jitter buffer, and each block's output is made at once from what is there. A live block never waits for the engine;
    an offline render does, as long as the engine makes progress, and so does a host that is ahead of time, within its lead.
*/
class AudioExchange
{
public:
    /** The clock must outlive this. [main-thread] */
    explicit AudioExchange (StreamClock& c = StreamClock::system()) noexcept : clock (c) {}

    /** Allocates for a stream that starts at position 0. [main-thread] while neither the audio nor the I/O thread is in here. */
    void prepare (const StreamFormat&, Latency expected);

    /** Ends the audio thread's waiting, now and until the next `prepare`. [any-thread] */
    void cancelWaiting() noexcept                   { waitingCancelled.store (true, std::memory_order_release); }

    /** Frees what `prepare` allocated; the format then has no channels. [main-thread] while neither the audio nor the I/O thread is in here. */
    void release() noexcept;

    /**
        A call of the host begins; its blocks follow. Where the call may wait for the engine, waits until it is prepared, so
        that what is sent with the blocks is meant for this engine. [audio-thread] of a prepared stream
    */
    void beginCall (const HostCall&) noexcept;

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

    /** The latency that the output uses from its next block on, bounded by what was allocated. [io-thread; main-thread under the mutex of `BlockTransport`] */
    void setLatency (Latency) noexcept;

    /**
        The same where the engine plays another model from stream position `modelChangedAt` on: that model is heard once it has
        filled up. An offline render keeps the old latency up to there, so that it does not depend on timing. [io-thread]
    */
    void setLatencyFrom (std::uint32_t modelChangedAt, Latency) noexcept;

    Latency latency() const noexcept                { return handover.latency(); }   // [any-thread]
    /** The latency as it was set, without what `setLeastLatency` adds. [any-thread] */
    Latency engineLatency() const noexcept          { return asSet.latency(); }

    /**
        The total latency is at least this, in samples: the output is delayed by the rest. From the next latency that is set on.
        [main-thread]
    */
    void setLeastLatency (std::uint32_t samples) noexcept { leastLatency.store (samples, std::memory_order_relaxed); }

    /** Whether silence replaces the dry signal while the engine is unavailable. [any-thread] */
    void setSilenceOnFault (bool silence) noexcept  { silenceOnFault.store (silence, std::memory_order_relaxed); }

    /** Whether the engine can be expected to run at all: an offline render does not wait for one that cannot start. [io-thread] */
    void setEngineExpected (bool expected) noexcept { engineExpected.store (expected, std::memory_order_release); }

    /** Whether the engine is prepared for this epoch, `latency` being its own. [io-thread] */
    void setEngineReady (bool isReady) noexcept     { engineReady.store (isReady, std::memory_order_release); }
    bool isEngineReady() const noexcept             { return engineReady.load (std::memory_order_acquire); }   // [any-thread]

    /** The engine has answered, with audio or anything else: an offline render goes on waiting for it. [io-thread] */
    void engineResponded() noexcept                 { engineResponses.fetch_add (1, std::memory_order_release); }

    /** Whether the last call could wait for the engine: an answer is needed at once, not when a live block is due. [any-thread] */
    bool isWaiting() const noexcept                 { return waits.load (std::memory_order_acquire); }

    /** Whether the last call was one of real time: false for an offline render, and for a host that says that it prefetches. [any-thread] */
    bool hasDeadline() const noexcept               { return deadline.load (std::memory_order_acquire); }

    /** Stream position of the next input sample. [any-thread] */
    std::uint32_t position() const noexcept         { return inputEnd.load (std::memory_order_acquire); }

    /** What `prepare` was given last. [main-thread, audio-thread; io-thread under the mutex of `BlockTransport`] */
    const StreamFormat& streamFormat() const noexcept { return format; }

    MessageFifo toEngine;      ///< written by the audio thread, read by the I/O thread
    JitterBuffer fromEngine;   ///< written by the I/O thread, read by the audio thread
    StreamCounters counters;
    std::uint32_t epoch = 0;   ///< number of the stream; changes with `prepare` and `release` only

private:
    /** For how long the present call may wait for the engine. */
    enum class Wait
    {
        none,       ///< it is live
        lead,       ///< until `waitEnd`
        progress    ///< as long as the engine makes progress: an offline render
    };

    // [audio-thread]
    template <typename Condition> bool waitUntil (Condition&&) noexcept;
    bool waitForEngineAudio (const HostBlock&, std::uint32_t end) noexcept;
    bool send (const HostBlock&, std::uint32_t position) noexcept;
    void stopWaiting() noexcept;
    // [any-thread]
    Latency padded (Latency, std::uint32_t least) const noexcept;

    StreamFormat format;
    LatencyHandover handover, asSet;
    std::atomic<std::uint32_t> inputEnd { 0 };
    std::atomic<bool> silenceOnFault { false }, engineExpected { true }, engineReady { false }, waitingCancelled { false }, waits { false }, deadline { true };
    std::atomic<std::uint32_t> engineResponses { 0 }, leastLatency { 0 };
    StreamClock& clock;

    // The audio thread's own.
    OutputMixer mixer;
    HostLead hostLead;
    Wait wait = Wait::none;
    double waitEnd = 0.0;       ///< by `clock`, where the wait is for the lead
    bool wasOffline = false;
    bool hasTimedOut = false;   ///< an offline render waits no longer, until the engine has caught up
};

} // namespace tiller
