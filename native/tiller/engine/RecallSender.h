#pragma once

#include "tiller/engine/QueuedBlock.h"
#include "tiller/engine/SendBuffer.h"
#include "tiller/ipc/MessageFifo.h"
#include "tiller/state/PresetRecall.h"

#include <cstdint>

namespace tiller
{

/**
    Has each engine get the request for a preset that it lacks, in the right order with the parameters, which a preset
    replaces: program changes of a block with it, everything else in front of a block. [io-thread], one call at a time
*/
class RecallSender
{
public:
    /** `toEngine` holds the blocks. */
    RecallSender (PresetRecall& r, const MessageFifo& toEngine) noexcept : recall (r), fifo (toEngine) {}

    void engineStarted() noexcept { sent = recall.appliedNumber(); }

    /** A preset that has ended several engines is given up: the instrument before it goes on. */
    void engineStopped() noexcept;

    /** A new stream or a new engine: it lacks every parameter. */
    void streamReset() noexcept { hasAllParameters = false; }

    /**
        The block at the front goes next. Where the engine lacks the request that was the last one when the block was made (an earlier
        engine had got it, its block was lost, or the player chose a preset): appends it, and in front of it the block's parameters,
        which are older; the block then has none. True where the block's own program changes must not be sent.
    */
    bool sendBefore (QueuedBlock& front, SendBuffer&);

    /** Appends the last request where no block carries it; `lastOfBlocks` is the last one that a block may carry. */
    void send (SendBuffer&, std::uint32_t lastOfBlocks);

private:
    bool withholdsProgramChanges (const QueuedBlock&) const noexcept;
    void sendMissing (QueuedBlock&, SendBuffer&);
    void add (const PresetRecall::Numbered&, SendBuffer&);

    PresetRecall& recall;
    const MessageFifo& fifo;
    bool hasAllParameters = false;      ///< this engine has got every parameter in this stream
    std::uint32_t sent = 0;             ///< number of the last request that this engine has got
    int enginesLost = 0;                ///< in a row, each with a request that it had got and did not answer
};

} // namespace tiller
