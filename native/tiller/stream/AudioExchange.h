#pragma once

#include "tiller/stream/AnswerBuffer.h"
#include "tiller/ipc/ByteQueue.h"
#include "tiller/stream/DelayLine.h"

#include "tiller/generated/PluginProtocol.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace tiller
{

/** What the host runs: rate in Hz, the largest block in samples, one channel or two. */
struct StreamFormat
{
    double rate = 0.0;
    int maxBlock = 0;
    int channels = 0;
};

/** Delays behind the input, in samples: the engine's own, and the margin that an answer has beyond one block. */
struct Delays
{
    std::uint32_t engine = 0;
    std::uint32_t margin = 0;

    bool operator== (const Delays& other) const noexcept { return engine == other.engine && margin == other.margin; }
    bool operator!= (const Delays& other) const noexcept { return ! (*this == other); }
};

/** One host block, in place or not. Events are ordered by offset. */
struct HostBlock
{
    const float* const* input = nullptr;
    float* const* output = nullptr;
    int frames = 0;
    const protocol::ParameterEvent* parameterEvents = nullptr;
    std::uint32_t parameterEventCount = 0;
    const protocol::MidiEvent* midiEvents = nullptr;
    std::uint32_t midiEventCount = 0;
    /** An export begins: the engine starts from empty states. */
    bool restart = false;
    /** The host has reset the plugin: nothing that came before is heard, and the engine starts from empty states. */
    bool fresh = false;
    /** The host renders offline: wait for the engine. */
    bool offline = false;
    /** The host passes the plugin by for this whole block: the track is heard. */
    bool bypass = false;
    /** The bypass parameter is on. The engine follows it on the sample; while it is away the track is heard, never silence. */
    bool neverSilent = false;
};

/** What went wrong since the stream was prepared. */
struct StreamCounters
{
    std::atomic<std::uint32_t> underruns { 0 };     ///< times the output fell back to the dry track
    std::atomic<std::uint32_t> lostBlocks { 0 };    ///< blocks that found the queue to the engine full
    std::atomic<std::uint32_t> lateAnswers { 0 };   ///< answers that came after their time
    std::atomic<std::uint32_t> faultyAnswers { 0 }; ///< answers with a NaN or an infinity
    std::atomic<std::uint32_t> offlineGivenUp { 0 };///< times that an offline render did not get its answer in time
};

/**
    Where the audio thread and the I/O thread meet: blocks go out through a queue, answers come back by their place in
    the stream, and the output is the engine's answer or, where there is none, the track itself, equally late.
*/
class AudioExchange
{
public:
    /** Allocates for a stream and rewinds it. [main-thread] while neither the audio nor the I/O thread is here. */
    void prepare (const StreamFormat&, Delays expected);

    /**
        Sends one block to the engine and fills its output. `frames` is at most `maxBlock`.
        Returns false where the block could not be sent, so that its events must be sent again. [audio-thread]
    */
    bool process (const HostBlock&) noexcept;

    /** Total latency in samples that the host must be told. [main-thread, audio-thread] */
    std::uint32_t latencySamples (Delays delays) const noexcept
    {
        return delays.engine + delays.margin + static_cast<std::uint32_t> (format.maxBlock);
    }

    /** The delays that the output uses from its next block on, bounded by what was allocated. [io-thread] */
    void setDelays (Delays) noexcept;

    /**
        The same where the engine plays another model from `place` of its answers on: until that has filled up, they are not
        its sound. Offline the output stays as it is up to there, so that an export is no matter of timing. [io-thread]
    */
    void setDelaysFrom (std::uint32_t place, Delays) noexcept;
    Delays delays() const noexcept;                 // [any-thread]

    /** Whether silence replaces the track while the engine is away. [any-thread] */
    void setSilenceOnFault (bool silence) noexcept { silenceOnFault.store (silence, std::memory_order_relaxed); }

    /** Whether an answer can be expected at all: an offline render does not wait for an engine that cannot start. [io-thread] */
    void setEngineExpected (bool expected) noexcept { engineExpected.store (expected, std::memory_order_release); }

    /** Says that the engine is prepared for this epoch and `delays` are its own. [io-thread] */
    void setEngineReady (bool isReady) noexcept { ready.store (isReady, std::memory_order_release); }

    /** Waits until the engine is prepared, as long as an offline render waits; false where it is not. [main-thread, or the audio thread offline] */
    bool waitUntilReady() noexcept;

    /** The place of the next input sample. [any-thread] */
    std::uint32_t position() const noexcept        { return sentEnd.load (std::memory_order_acquire); }

    /** What `prepare` was told last. [main-thread, audio-thread; io-thread under the link's `streamMutex`] */
    const StreamFormat& streamFormat() const noexcept { return format; }

    ByteQueue toEngine;        ///< written by the audio thread, read by the I/O thread
    AnswerBuffer fromEngine;   ///< written by the I/O thread, read by the audio thread
    StreamCounters counters;
    std::uint32_t epoch = 0;   ///< changes with `prepare` only

private:
    // [audio-thread]
    bool send (const HostBlock&, std::uint32_t position) noexcept;
    void waitForAnswers (std::uint32_t upTo) noexcept;
    void giveUp() noexcept;
    void forgetSound (std::uint32_t position) noexcept;
    void takeDelays (const HostBlock&, std::uint32_t position) noexcept;
    /** How much later than its block an answer is heard, in samples. */
    std::uint32_t lateness() const noexcept { return current.margin + static_cast<std::uint32_t> (format.maxBlock); }
    void render (const HostBlock&, std::uint32_t position) noexcept;
    float declicked (int channel, float next, bool jumped) noexcept;

    Delays withinBounds (Delays) const noexcept;   // [main-thread, io-thread]

    StreamFormat format;
    DelayLine dry;
    std::atomic<std::uint64_t> packedDelays { 0 };
    // Written ahead of `packedDelays`: whether a model fills up with them, and from where on.
    std::atomic<bool> fillsUp { false };
    std::atomic<std::uint32_t> delaysFrom { 0 };
    std::atomic<std::uint32_t> sentEnd { 0 };
    std::atomic<bool> silenceOnFault { false }, engineExpected { true }, ready { false };

    // The audio thread's own.
    Delays current;
    bool delaysChanged = false;
    Threshold filledFrom;                ///< answers for earlier samples are not heard: the engine's model was filling up
    bool wasOffline = false;
    Threshold answersCountFrom;          ///< answers for earlier samples are not heard: an export began here, or the host has reset the plugin
    Threshold trackFrom;                 ///< nor is the track before this place: the host has reset the plugin here
    float wet = 0.0f;                    ///< 0 is the track, 1 the engine
    float fallback = 1.0f;               ///< gain of the track while it stands in for the engine
    bool recovering = true;
    std::array<float, protocol::maxChannels> last {}, residue {};
    int residueLeft = 0, fadeSamples = 1;
    bool givenUp = false;
};

} // namespace tiller
