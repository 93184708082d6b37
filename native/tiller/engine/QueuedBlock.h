#pragma once

#include "tiller/generated/PluginProtocol.h"
#include "tiller/ipc/MessageFifo.h"
#include "tiller/state/PresetRecall.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tiller
{

/** A block at the front of the exchange's FIFO, without its events and samples. */
struct QueuedBlock
{
    std::uint32_t payloadBytes, type;
    protocol::to_engine::Block block;

    /** Where its parameter events begin, in bytes. */
    static constexpr std::size_t parametersBegin = protocol::frameHeaderBytes + protocol::to_engine::Block::bytes;

    std::size_t totalBytes() const noexcept { return protocol::frameHeaderBytes + payloadBytes; }

    std::size_t audioBytes() const noexcept { return std::size_t { block.frames } * block.channels * sizeof (float); }

    /** Where its MIDI event `i` begins, in bytes. */
    std::size_t midiOffset (std::uint32_t i) const noexcept
    {
        return parametersBegin + std::size_t { block.parameterEvents } * protocol::ParameterEvent::bytes + std::size_t { i } * protocol::MidiEvent::bytes;
    }

    /** Whether there is a program change among its events, which are still in the FIFO. */
    bool hasProgramChange (const MessageFifo& fifo) const
    {
        for (std::uint32_t i = 0; i < block.midiEvents; ++i)
        {
            protocol::MidiEvent event {};
            fifo.peek (midiOffset (i), &event, sizeof (event));

            if (isProgramChange (event.message))
                return true;
        }

        return false;
    }
};

/** Replaces the program changes among `count` events by messages of zeros, which the engine ignores. */
inline void removeProgramChanges (std::uint32_t count, std::uint8_t* midi) noexcept
{
    for (std::uint32_t i = 0; i < count; ++i)
    {
        auto* const at = midi + std::size_t { i } * protocol::MidiEvent::bytes;
        protocol::MidiEvent event {};
        std::memcpy (&event, at, sizeof (event));

        if (isProgramChange (event.message))
            std::memset (at + offsetof (protocol::MidiEvent, message), 0, sizeof (event.message));
    }
}

} // namespace tiller
