#pragma once

#include "tiller/engine/QueuedBlock.h"
#include "tiller/engine/RecallSender.h"
#include "tiller/engine/SendBuffer.h"
#include "tiller/ipc/Messages.h"
#include "tiller/process/Clock.h"
#include "tiller/state/PresetRecall.h"
#include "tiller/stream/AudioExchange.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace tiller
{

/**
    Moves audio between the exchange and the engine's pipes: host blocks out, the engine's samples back, each checked. Tracks
    how far the engine has got with the stream. [io-thread], unless stated otherwise
*/
class BlockTransport
{
public:
    BlockTransport (AudioExchange&, PresetRecall&);

    /** The total latency is at least this, in samples, from the next block on. Waits for the I/O thread to leave the exchange. [any-thread] but the audio thread */
    void setLeastLatency (std::uint32_t samples);
    /** The latency that the next engine is expected to need, until one has said so. Waits likewise. [any-thread] but the audio thread */
    void expectLatency (Latency);

    /** Starts a new stream. Waits for the I/O thread to leave the exchange, never for the engine. [main-thread] while no audio flows */
    void prepare (const StreamFormat&, Latency expected);

    /** Ends the stream and frees its memory. Waits as `prepare` does. [main-thread] while no audio flows */
    void release();

    /** True once after a new engine or a new stream: every parameter must be sent again. [audio-thread] */
    bool takeResendRequest() noexcept { return resendParameters.exchange (false, std::memory_order_acq_rel); }

    /** A new engine process was started. */
    void engineStarted() noexcept;

    /** The engine has sent something: an offline render goes on waiting for it. */
    void engineResponded() noexcept { exchange.engineResponded(); }

    /** The engine process has ended. `mayRestart`: whether offline renders shall wait for the next engine. */
    void engineStopped (bool mayRestart);

    /** The engine is prepared, or its latency has changed with its model. False where it was for another stream. */
    bool enginePrepared (const protocol::to_plugin::Prepared&);

    /** Takes the engine's audio for one block; false where the message breaks the protocol. */
    bool receiveSamples (const Message&);

    /** The blocks that wait in the exchange, and the number of the last request for a preset. */
    struct Waiting
    {
        std::uint32_t epoch;
        std::size_t bytes;
        std::uint32_t lastRequest;
    };

    /**
        What waits now. Nothing of it may overtake a project that was loaded before it: take this first, then send what the main
        thread asked for, then what waited.
    */
    Waiting waiting();

    /** Appends blocks that waited, as many as the engine should have now. */
    void sendBlocks (SendBuffer&, const Waiting&);

    /** Appends the request for a preset that waited, where the engine has not got it yet; blocks do this where there are any. */
    void sendRecall (SendBuffer&, const Waiting&);

    bool isStreaming();

    /** Whether the host has prepared a stream. */
    bool hasStream();

    /** Whether no host block has come for a while, and nothing waits for the engine. */
    bool isQuiet (Clock::time_point now);

    /** Whether host blocks still arrive, or an offline render waits for the engine: its next block comes only after that. */
    bool isActive (Clock::time_point now);

    /** Whether audio flows and has a deadline: not in an offline render, nor for a host that prefetches. */
    bool isLive (Clock::time_point now);

    /** Whether the engine has delivered everything in time of late. */
    bool keepsUp (Clock::time_point now) noexcept;

    /** How long the I/O thread may wait before it looks at the exchange again, in microseconds. */
    std::uint32_t pollIntervalMicroseconds() const noexcept;

    /** Whether the last offline render has fallen back to the dry track, where that has changed since the last call. */
    std::optional<bool> takeRenderIsDry() noexcept;

private:
    // Under `mutex`.
    void resetStream() noexcept;
    void skipBlock (const QueuedBlock&);
    void sendBlock (QueuedBlock, bool withoutAudio, SendBuffer&);
    std::uint32_t allowedDelaySamples() const noexcept;

    AudioExchange& exchange;
    PresetRecall& recall;
    RecallSender recalls;                       ///< under `mutex`
    std::atomic<bool> resendParameters { true };
    std::mutex mutex;                           ///< held while the I/O thread uses the exchange

    // Under `mutex`.
    bool streaming = false;                     ///< the engine is prepared for the present stream
    bool hasDelivered = false;                  ///< this engine has delivered samples of this stream
    bool hasCaughtUp = false;                   ///< and some of them in time
    bool parametersLost = false;                ///< blocks with parameters were skipped since the last resend was requested
    std::uint32_t sentEnd = 0;                  ///< stream position behind the last block that was taken from the exchange
    std::uint32_t sentRestart = 0;              ///< stream position of the last block with which this engine begins anew
    std::uint32_t samplesInFlight = 0;          ///< sent to the engine and not delivered back yet

    // The I/O thread's own.
    std::uint32_t preparedEpoch = 0;            ///< the stream that the engine was asked to prepare
    bool offline = false;                       ///< the last block was one of an offline render
    Clock::time_point lastBlockTime {}, lastLateTime {};
    double lastBlockSeconds = 0.0;              ///< its length
    bool reportedDryRender = false;
    std::vector<float> channelSamples;
};

} // namespace tiller
