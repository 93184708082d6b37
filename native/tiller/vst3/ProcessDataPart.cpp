// Part of the VST3 binary only.

#include "tiller/vst3/ProcessDataPart.h"

#include <algorithm>

namespace tiller
{

using namespace Steinberg;

namespace
{
    /** They belong to the part, which outlives the call that they are used in. */
    constexpr uint32 notCounted = 1;

    std::int32_t offsetWithin (const BlockRange& range, std::int32_t offset) noexcept
    {
        return std::clamp (offset - range.start, 0, std::max (0, range.length - 1));
    }
}

Vst::ProcessData& ProcessDataPart::select (const Vst::ProcessData& whole, const BlockRange& range)
{
    data = whole;
    data.numSamples = range.length;
    data.inputs = inputs.buffers.data();
    data.outputs = outputs.buffers.data();
    data.numInputs = inputs.select (whole.inputs, whole.numInputs, range.start);
    data.numOutputs = outputs.select (whole.outputs, whole.numOutputs, range.start);

    if (whole.inputParameterChanges != nullptr)
    {
        changes.select (*whole.inputParameterChanges, range);
        data.inputParameterChanges = &changes;
    }

    if (whole.inputEvents != nullptr)
    {
        events.select (*whole.inputEvents, range);
        data.inputEvents = &events;
    }

    if (whole.processContext != nullptr)
    {
        context = *whole.processContext;

        if ((context.state & Vst::ProcessContext::kPlaying) != 0)
            context.projectTimeSamples += range.start;

        context.continousTimeSamples += range.start;
        data.processContext = &context;
    }

    return data;
}

int32 ProcessDataPart::Buses::select (const Vst::AudioBusBuffers* whole, int32 count, std::int32_t start)
{
    if (whole == nullptr)
        return 0;

    const auto taken = std::min (static_cast<std::size_t> (std::max (count, 0)), maxBuses);

    for (std::size_t b = 0; b < taken; ++b)
    {
        buffers[b] = whole[b];
        buffers[b].numChannels = std::min (whole[b].numChannels, static_cast<int32> (maxChannels));

        if (whole[b].channelBuffers32 == nullptr)
            continue;

        for (std::size_t c = 0; c < static_cast<std::size_t> (std::max (buffers[b].numChannels, 0)); ++c)
            channels[b][c] = whole[b].channelBuffers32[c] != nullptr ? whole[b].channelBuffers32[c] + start : nullptr;

        buffers[b].channelBuffers32 = channels[b].data();
    }

    return static_cast<int32> (taken);
}

//==============================================================================
void ProcessDataPart::Queue::select (Vst::IParamValueQueue& queue, const BlockRange& newRange)
{
    whole = &queue;
    range = newRange;
    first = count = 0;

    for (int32 p = 0; p < queue.getPointCount(); ++p)
    {
        int32 offset = 0;
        Vst::ParamValue value = 0.0;

        if (queue.getPoint (p, offset, value) != kResultTrue || ! range.contains (offset))
            continue;

        first = count == 0 ? p : first;
        count = p + 1 - first;
    }
}

Vst::ParamID ProcessDataPart::Queue::getParameterId()   { return whole->getParameterId(); }
int32 ProcessDataPart::Queue::getPointCount()           { return count; }

tresult ProcessDataPart::Queue::getPoint (int32 index, int32& offset, Vst::ParamValue& value)
{
    if (index < 0 || index >= count || whole->getPoint (first + index, offset, value) != kResultTrue)
        return kResultFalse;

    offset = offsetWithin (range, offset);
    return kResultTrue;
}

tresult ProcessDataPart::Queue::addPoint (int32, Vst::ParamValue, int32&)  { return kResultFalse; }
tresult ProcessDataPart::Queue::queryInterface (const TUID, void**)        { return kNoInterface; }
uint32 ProcessDataPart::Queue::addRef()                                     { return notCounted; }
uint32 ProcessDataPart::Queue::release()                                    { return notCounted; }

//==============================================================================
void ProcessDataPart::Changes::select (Vst::IParameterChanges& all, const BlockRange& newRange)
{
    whole = &all;
    range = newRange;
}

int32 ProcessDataPart::Changes::getParameterCount() { return whole->getParameterCount(); }

Vst::IParamValueQueue* ProcessDataPart::Changes::getParameterData (int32 index)
{
    auto* const found = whole->getParameterData (index);

    if (found == nullptr)
        return nullptr;

    queue.select (*found, range);
    return &queue;
}

Vst::IParamValueQueue* ProcessDataPart::Changes::addParameterData (const Vst::ParamID&, int32&) { return nullptr; }
tresult ProcessDataPart::Changes::queryInterface (const TUID, void**)      { return kNoInterface; }
uint32 ProcessDataPart::Changes::addRef()                                   { return notCounted; }
uint32 ProcessDataPart::Changes::release()                                  { return notCounted; }

//==============================================================================
void ProcessDataPart::Events::select (Vst::IEventList& all, const BlockRange& newRange)
{
    whole = &all;
    range = newRange;
    next = nextInPart = 0;
}

int32 ProcessDataPart::Events::getEventCount()
{
    int32 count = 0;

    for (int32 i = 0; i < whole->getEventCount(); ++i)
    {
        Vst::Event event {};
        count += whole->getEvent (i, event) == kResultOk && range.contains (event.sampleOffset) ? 1 : 0;
    }

    return count;
}

bool ProcessDataPart::Events::find (int32 index, Vst::Event& event)
{
    if (index < nextInPart)
        next = nextInPart = 0;

    while (next < whole->getEventCount())
    {
        if (whole->getEvent (next++, event) != kResultOk || ! range.contains (event.sampleOffset))
            continue;

        if (nextInPart++ == index)
            return true;
    }

    return false;
}

tresult ProcessDataPart::Events::getEvent (int32 index, Vst::Event& event)
{
    if (index < 0 || ! find (index, event))
        return kResultFalse;

    event.sampleOffset = offsetWithin (range, event.sampleOffset);
    return kResultOk;
}

tresult ProcessDataPart::Events::addEvent (Vst::Event&)                    { return kResultFalse; }
tresult ProcessDataPart::Events::queryInterface (const TUID, void**)       { return kNoInterface; }
uint32 ProcessDataPart::Events::addRef()                                    { return notCounted; }
uint32 ProcessDataPart::Events::release()                                   { return notCounted; }

} // namespace tiller
