#include "tiller/engine/RecallSender.h"

namespace tiller
{

namespace to_engine = protocol::to_engine;

namespace
{
    /** A preset that ends this many engines in a row is not asked for again. */
    constexpr int maxEnginesLost = 2;
}

void RecallSender::engineStopped() noexcept
{
    if (! isLaterRequest (sent, recall.appliedNumber()))
        enginesLost = 0;
    else if (++enginesLost == maxEnginesLost)
        recall.setApplied (sent);
}

bool RecallSender::sendBefore (QueuedBlock& front, SendBuffer& outbox)
{
    if ((front.block.flags & protocol::allParameters) != 0)
    {
        hasAllParameters = true;

        // They are older than a preset that had not been recalled when they were read: it is asked for, again perhaps, behind them.
        if ((front.block.flags & protocol::recallPending) != 0)
            sent = front.block.recall - 1;
    }

    if (! front.hasProgramChange (fifo))
    {
        sendMissing (front, outbox);
        return false;
    }

    if (withholdsProgramChanges (front))
        return true;

    sent = front.block.recall;
    return false;
}

/** Before an engine has all parameters, which are older than the program; and where a project is newer than the program. */
bool RecallSender::withholdsProgramChanges (const QueuedBlock& front) const noexcept
{
    return ! hasAllParameters || ! isLaterRequest (front.block.recall, recall.discardedNumber());
}

void RecallSender::sendMissing (QueuedBlock& front, SendBuffer& outbox)
{
    if (! hasAllParameters || ! isLaterRequest (front.block.recall, sent))
        return;

    const auto last = recall.lastRequest();

    // There is a later one, which comes with its own block, or a project.
    if (last.number != front.block.recall || ! isLaterRequest (last.number, recall.discardedNumber()))
        return;

    if (front.block.parameterEvents > 0)
    {
        auto parameters = front;
        const auto bytes = front.midiOffset (0);
        parameters.block.flags = protocol::skipped | (front.block.flags & protocol::offline);
        parameters.block.midiEvents = 0;
        parameters.payloadBytes = static_cast<std::uint32_t> (bytes - protocol::frameHeaderBytes);
        auto* const target = outbox.extend (bytes);
        fifo.peek (0, target, bytes);
        std::memcpy (target, &parameters, sizeof (parameters));
        front.block.parameterEvents = 0;
    }

    add (last, outbox);
}

void RecallSender::add (const PresetRecall::Numbered& wanted, SendBuffer& outbox)
{
    const auto program = wanted.request.program;
    outbox.add (to_engine::RecallPreset { wanted.number, program < 0 ? protocol::noProgram : static_cast<std::uint32_t> (program) }, wanted.request.id);
    sent = wanted.number;
}

void RecallSender::send (SendBuffer& outbox, std::uint32_t lastOfBlocks)
{
    const auto last = recall.lastRequest();

    if (! isLaterRequest (last.number, lastOfBlocks) && isLaterRequest (last.number, sent) && isLaterRequest (last.number, recall.appliedNumber()))
        add (last, outbox);
}

} // namespace tiller
