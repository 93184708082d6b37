// Part of the VST3 binary only.

#include "tiller/vst3/Vst3AudioProcessorProxy.h"

#include "tiller/state/HostProgram.h"

#include <algorithm>

namespace tiller
{

using namespace Steinberg;

namespace
{
    /** JUCE's identifier of the program parameter, which hosts move for MIDI program change: `paramPreset` in its wrapper. */
    constexpr Vst::ParamID programId = 0x70727374;

    std::uint32_t sampleOffset (int32 offset) noexcept { return static_cast<std::uint32_t> (std::max (offset, 0)); }
}

Vst3AudioProcessorProxy::Vst3AudioProcessorProxy (Vst::IAudioProcessor* juceProcessor) : target (juceProcessor) {}

Vst3AudioProcessorProxy::HostIds Vst3AudioProcessorProxy::sortedHostIds()
{
    HostIds ids {};

    // As JUCE derives them from the parameters' identifiers.
    for (std::uint32_t i = 0; i < ids.size(); ++i)
        ids[i] = { static_cast<Vst::ParamID> (juce::String (protocol::parameters[i].id).hashCode()) & 0x7fffffffu, i };

    std::sort (ids.begin(), ids.end(), [] (const HostId& a, const HostId& b) { return a.id < b.id; });
    return ids;
}

std::int32_t Vst3AudioProcessorProxy::query (const TUID id, void** object)
{
    if (! FUnknownPrivate::iidEqual (id, Vst::IAudioProcessor::iid))
        return kNoInterface;

    *object = static_cast<Vst::IAudioProcessor*> (this);
    addRef();
    return kResultOk;
}

tresult Vst3AudioProcessorProxy::queryInterface (const TUID id, void** object)    { return target->queryInterface (id, object); }
uint32 Vst3AudioProcessorProxy::addRef()                                          { return target->addRef(); }
uint32 Vst3AudioProcessorProxy::release()                                         { return target->release(); }

tresult Vst3AudioProcessorProxy::setBusArrangements (Vst::SpeakerArrangement* inputs, int32 inputCount, Vst::SpeakerArrangement* outputs, int32 outputCount)
{
    // JUCE's wrapper answers true where the host leaves out a bus, and reads what is not there.
    return inputCount == 1 && outputCount == 1 ? target->setBusArrangements (inputs, inputCount, outputs, outputCount) : kResultFalse;
}

tresult Vst3AudioProcessorProxy::getBusArrangement (Vst::BusDirection direction, int32 index, Vst::SpeakerArrangement& arrangement)
{
    return target->getBusArrangement (direction, index, arrangement);
}

tresult Vst3AudioProcessorProxy::canProcessSampleSize (int32 size)                { return target->canProcessSampleSize (size); }
uint32 Vst3AudioProcessorProxy::getLatencySamples()                               { return target->getLatencySamples(); }
tresult Vst3AudioProcessorProxy::setProcessing (TBool state)                      { return target->setProcessing (state); }
uint32 Vst3AudioProcessorProxy::getTailSamples()                                  { return target->getTailSamples(); }

tresult Vst3AudioProcessorProxy::setupProcessing (Vst::ProcessSetup& setup)
{
    const auto result = target->setupProcessing (setup);

    if (result == kResultTrue)
        maxBlock = setup.maxSamplesPerBlock;

    return result;
}

tresult Vst3AudioProcessorProxy::process (Vst::ProcessData& data)
{
    block.points.clear();
    block.prefetch = data.processMode == Vst::kPrefetch;

    if (data.inputParameterChanges != nullptr)
        collect (*data.inputParameterChanges);

    tresult result = kResultTrue;

    if (maxBlock <= 0 || data.numSamples <= maxBlock || data.symbolicSampleSize != Vst::kSample32)
    {
        result = processPart (data, block);
    }
    else
    {
        partBlock.prefetch = block.prefetch;

        for (int32 start = 0; start < data.numSamples && result == kResultTrue; start += maxBlock)
        {
            const auto length = std::min (maxBlock, data.numSamples - start);
            const bool isLast = start + length == data.numSamples;
            partBlock.points.assignPart (block.points, static_cast<std::uint32_t> (start), static_cast<std::uint32_t> (length), isLast);
            result = processPart (part.select (data, { start, length, start == 0, isLast }), partBlock);
        }
    }

    // A call without audio only flushes parameters: a program change is kept for the next block, which carries it.
    if (data.numSamples > 0)
        block.points.clearPrograms();

    return result;
}

tresult Vst3AudioProcessorProxy::processPart (Vst::ProcessData& data, const Vst3Block& described)
{
    setCurrentVst3Block (&described);
    const auto result = target->process (data);
    setCurrentVst3Block (nullptr);
    return result;
}

void Vst3AudioProcessorProxy::collect (Vst::IParameterChanges& changes)
{
    for (int32 q = 0; q < changes.getParameterCount(); ++q)
    {
        auto* queue = changes.getParameterData (q);

        if (queue == nullptr)
            continue;

        const auto id = queue->getParameterId();

        if (id == programId)
        {
            collectPrograms (*queue);
            continue;
        }

        const auto found = std::lower_bound (hostIds.begin(), hostIds.end(), id, [] (const HostId& a, Vst::ParamID b) { return a.id < b; });

        if (found != hostIds.end() && found->id == id)
            collectPoints (*queue, found->index);
    }
}

/** Between two points of one block the value is a straight line, as VST3 defines it. For a single point see `BlockEvents`. */
void Vst3AudioProcessorProxy::collectPoints (Vst::IParamValueQueue& queue, std::uint32_t index)
{
    AutomationPoint last {};

    for (int32 p = 0; p < queue.getPointCount(); ++p)
    {
        int32 offset = 0;
        Vst::ParamValue value = 0.0;

        if (queue.getPoint (p, offset, value) != kResultTrue)
            continue;

        const AutomationPoint point { sampleOffset (offset), index, static_cast<float> (value) };

        if (p > 0 && ! juce::approximatelyEqual (point.normalised, last.normalised))
            block.points.addRamp (last, point);

        block.points.add (point);
        last = point;
    }
}

void Vst3AudioProcessorProxy::collectPrograms (Vst::IParamValueQueue& queue)
{
    for (int32 p = 0; p < queue.getPointCount(); ++p)
    {
        int32 offset = 0;
        Vst::ParamValue value = 0.0;

        if (queue.getPoint (p, offset, value) == kResultTrue)
            block.points.addProgram ({ sampleOffset (offset), HostProgram::fromNormalised (value) });
    }
}

} // namespace tiller
