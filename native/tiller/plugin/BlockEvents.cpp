#include "tiller/plugin/BlockEvents.h"

#include "tiller/vst3/Vst3Block.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tiller
{

namespace
{
    constexpr std::uint32_t controlChange = 0xb0;

    // All points of a block fit, each parameter once more, and the steps of some ramps.
    constexpr std::uint32_t rampCapacity = protocol::maxBlockEvents - AutomationPoints::capacity - ParameterTable::size;
    static_assert (rampCapacity >= 256);

    /** What two messages must have in common for the later one to replace the earlier: status, channel and controller. */
    std::uint32_t controllerOf (std::uint32_t message) noexcept
    {
        return (message & 0xf0) == controlChange ? message & 0xffff : message & 0xff;
    }
}

void BlockEvents::addParameter (std::uint32_t offset, std::uint32_t index, float value) noexcept
{
    // Of two values at one sample the later one counts; sorting by offset would not keep their order.
    if (parameterCount > 0 && parameters[parameterCount - 1].offset == offset && parameters[parameterCount - 1].index == index)
        parameters[parameterCount - 1].value = value;
    else
        parameters[parameterCount++] = { offset, index, value };
}

/** The straight line from the start of the block to a point, without the point itself, as steps. */
void BlockEvents::addRamp (const HostParameter& parameter, float fromPlain, const AutomationPoint& to) noexcept
{
    const float from = parameter.convertTo0to1 (fromPlain);

    for (std::uint32_t at = 0; at < to.offset && rampSteps < rampCapacity; at += AutomationPoints::rampStep, ++rampSteps)
        addParameter (at, to.index, parameter.convertFrom0to1 (from + (to.normalised - from) * static_cast<float> (at) / static_cast<float> (to.offset)));
}

void BlockEvents::addMidi (std::uint32_t offset, std::uint32_t message) noexcept
{
    if (midiCount == midi.size())
    {
        // Full: the last value of each controller must arrive, so an earlier one gives way, or else the oldest event.
        auto removed = midi.end();

        while (removed != midi.begin() && controllerOf (std::prev (removed)->message) != controllerOf (message))
            --removed;

        removed = removed == midi.begin() ? removed : std::prev (removed);
        std::copy (std::next (removed), midi.end(), removed);
        --midiCount;
    }

    midi[midiCount++] = { offset, message };
}

void BlockEvents::collect (ParameterTable& table, const HostParameters& hostParameters, HostProgram& hostProgram, ProgramFilter& filter,
                           const juce::MidiBuffer& midiBuffer, int numSamples) noexcept
{
    parameterCount = midiCount = parametersTaken = midiTaken = rampSteps = 0;
    const auto lastOffset = static_cast<std::uint32_t> (std::max (0, numSamples - 1));
    collectParameters (table, hostParameters, lastOffset);
    hostProgram.beginBlock (numSamples);
    collectMidi (hostProgram, filter, midiBuffer, lastOffset);
}

void BlockEvents::collectParameters (ParameterTable& table, const HostParameters& hostParameters, std::uint32_t lastOffset) noexcept
{
    if (const auto* block = currentVst3Block())
    {
        const auto* const end = block->points.end();

        for (const auto* at = block->points.begin(); at != end; ++at)
        {
            const auto& point = *at;
            auto& parameter = *hostParameters[point.index];

            if (parameter.consumeEcho (point.normalised))
                continue;

            // A single point at the end of the block is how VST3 draws a line from the value before.
            const bool isSingle = (at == block->points.begin() || at[-1].index != point.index) && (at + 1 == end || at[1].index != point.index);
            const float before = table.sentValue (point.index);

            if (isSingle && point.offset >= lastOffset && ! parameter.isDiscrete() && std::isfinite (before))
                addRamp (parameter, before, { lastOffset, point.index, point.normalised });

            // A host that writes back the present value means exactly that, though its normalised form may be rounded.
            const bool isPresent = parameter.getValue() == point.normalised;
            const float plain = isPresent ? table.value (point.index) : parameter.convertFrom0to1 (point.normalised);
            addParameter (std::min (point.offset, lastOffset), point.index, plain);
            // JUCE's wrapper sets the last point of the block only, and not where that may be an echo.
            table.setValue (point.index, plain);
            table.markSent (point.index, plain);
        }
    }

    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
    {
        if (! table.isDirty (i))
            continue;

        const float plain = table.value (i);
        addParameter (0, i, plain);
        table.markSent (i, plain);
    }

    std::sort (parameters.begin(), parameters.begin() + parameterCount, [] (const auto& a, const auto& b) { return a.offset < b.offset; });
}

void BlockEvents::collectMidi (HostProgram& hostProgram, ProgramFilter& filter, const juce::MidiBuffer& midiBuffer, std::uint32_t lastOffset) noexcept
{
    const auto* block = currentVst3Block();
    const std::size_t numPrograms = block != nullptr ? block->points.numPrograms() : 0;
    std::size_t added = 0;

    const auto addProgramsUpTo = [&] (std::uint32_t offset)
    {
        for (; added < numPrograms && block->points.program (added).offset <= offset; ++added)
        {
            const auto point = block->points.program (added);

            if (! filter.isOn() || ! hostProgram.select (point.program))
                continue;

            if (const auto message = filter.fromHost (point.program))
                addMidi (std::min (point.offset, lastOffset), *message);
        }
    };

    for (const auto event : midiBuffer)
    {
        // Longer ones are system exclusive.
        if (event.numBytes > 3)
            continue;

        std::uint32_t message = 0;

        for (int b = 0; b < event.numBytes; ++b)
            message |= static_cast<std::uint32_t> (event.data[b]) << (8 * b);

        const auto offset = std::min (static_cast<std::uint32_t> (std::max (0, event.samplePosition)), lastOffset);
        addProgramsUpTo (offset);

        if (const auto passed = filter.pass (message))
            addMidi (offset, *passed);
    }

    addProgramsUpTo (std::numeric_limits<std::uint32_t>::max());
}

BlockEvents::Slice BlockEvents::slice (int start, int length, PresetRecall& recall) noexcept
{
    const auto take = [start, length] (auto& events, std::uint32_t count, std::uint32_t& taken)
    {
        const auto first = taken;

        for (; taken < count && events[taken].offset < static_cast<std::uint32_t> (start + length); ++taken)
            events[taken].offset -= static_cast<std::uint32_t> (start);

        return first;
    };

    const auto firstParameter = take (parameters, parameterCount, parametersTaken);
    const auto firstMidi = take (midi, midiCount, midiTaken);
    auto requested = recall.lastNumber();

    for (auto i = firstMidi; i < midiTaken; ++i)
        if (isProgramChange (midi[i].message))
            requested = recall.requestProgram (programOf (midi[i].message));

    return { parameters.data() + firstParameter, parametersTaken - firstParameter, midi.data() + firstMidi, midiTaken - firstMidi, requested };
}

} // namespace tiller
