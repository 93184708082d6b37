#pragma once

#include "tiller/plugin/HostParameter.h"
#include "tiller/state/HostProgram.h"
#include "tiller/state/ParameterTable.h"
#include "tiller/state/PresetRecall.h"
#include "tiller/state/ProgramFilter.h"
#include "tiller/vst3/AutomationPoints.h"

#include <juce_audio_basics/juce_audio_basics.h>

#include <array>

namespace tiller
{

/** Collects the parameter changes and MIDI events of one host block, ordered by their offset. [audio-thread] */
class BlockEvents
{
public:
    using HostParameters = std::array<HostParameter*, ParameterTable::size>;

    /**
        Replaces the events by those of a new block of `numSamples`: its automation points, every dirty parameter (at offset 0),
        its MIDI, and program changes of the host as MIDI. Program changes that recall nothing are left out.
    */
    void collect (ParameterTable&, const HostParameters&, HostProgram&, ProgramFilter&, const juce::MidiBuffer&, int numSamples) noexcept;

    /** The events of a part of the block; offsets count from the start of the part. Valid until the next `collect`. */
    struct Slice
    {
        const protocol::ParameterEvent* parameters;
        std::uint32_t parameterCount;
        const protocol::MidiEvent* midi;
        std::uint32_t midiCount;
        std::uint32_t recall;       ///< number of its last program change, or of the last request for a preset before it
    };

    /**
        The events in [start, start + length), in samples; each call must begin where the last one ended. Its program changes
        are requests for a preset from now on.
    */
    Slice slice (int start, int length, PresetRecall&) noexcept;

private:
    void collectParameters (ParameterTable&, const HostParameters&, std::uint32_t lastOffset) noexcept;
    void collectMidi (HostProgram&, ProgramFilter&, const juce::MidiBuffer&, std::uint32_t lastOffset) noexcept;
    void addRamp (const HostParameter&, float fromPlain, const AutomationPoint& to) noexcept;
    void addParameter (std::uint32_t offset, std::uint32_t index, float value) noexcept;
    void addMidi (std::uint32_t offset, std::uint32_t message) noexcept;

    std::array<protocol::ParameterEvent, protocol::maxBlockEvents> parameters {};
    std::array<protocol::MidiEvent, protocol::maxBlockEvents> midi {};
    std::uint32_t parameterCount = 0, midiCount = 0, parametersTaken = 0, midiTaken = 0, rampSteps = 0;
};

} // namespace tiller
