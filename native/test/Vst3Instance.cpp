#include "Vst3Internals.h"

#include "TestSuite.h"

#include <algorithm>

#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstcomponent.h>
#include <pluginterfaces/vst/ivstmessage.h>
#include <pluginterfaces/vst/ivstprocesscontext.h>
#include <pluginterfaces/vst/ivstunits.h>
#include <public.sdk/source/common/memorystream.h>
#include <public.sdk/source/vst/hosting/hostclasses.h>

// The SDK's own file for these is not among JUCE's sources.
namespace Steinberg
{
DEF_CLASS_IID (IPlugFrame)
#if SMTG_OS_LINUX
DEF_CLASS_IID (Linux::IRunLoop)
#endif
}

namespace tiller::test
{

using namespace Steinberg;
using namespace vst3;

namespace
{
    int32 modeOf (const StreamSetup& setup) { return setup.offline ? Vst::kOffline : setup.prefetch ? Vst::kPrefetch : Vst::kRealtime; }

    /** A text that consists of ASCII characters. */
    std::string ascii (const Vst::TChar* text)
    {
        std::string letters;

        for (; *text != 0; ++text)
            letters += static_cast<char> (*text);

        return letters;
    }
}

Vst3Instance::Vst3Instance (const std::string& bundle) : in (std::make_unique<Internals> (bundle))
{
    const auto factory = in->module.factory();
    PClassInfo info {};
    bool found = false;

    for (int32 i = 0; i < factory->countClasses() && ! found; ++i)
        found = factory->getClassInfo (i, &info) == kResultOk && std::string (info.category) == kVstAudioEffectClass;

    CHECK (found);
    Vst::IComponent* component = nullptr;
    CHECK (factory->createInstance (info.cid, Vst::IComponent::iid, reinterpret_cast<void**> (&component)) == kResultOk);
    in->component = owned (component);
    CHECK (component->initialize (&in->host) == kResultOk);
    Vst::IAudioProcessor* processor = nullptr;
    CHECK (component->queryInterface (Vst::IAudioProcessor::iid, reinterpret_cast<void**> (&processor)) == kResultOk);
    in->processor = owned (processor);

    TUID controllerId;
    CHECK (component->getControllerClassId (controllerId) == kResultOk);
    Vst::IEditController* controller = nullptr;
    CHECK (factory->createInstance (controllerId, Vst::IEditController::iid, reinterpret_cast<void**> (&controller)) == kResultOk);
    in->controller = owned (controller);
    CHECK (controller->initialize (&in->host) == kResultOk);
    controller->setComponentHandler (&in->handler);

    FUnknownPtr<Vst::IConnectionPoint> fromComponent (component), fromController (controller);
    CHECK (fromComponent && fromController);
    fromComponent->connect (fromController);
    fromController->connect (fromComponent);

    for (int32 i = 0; i < controller->getParameterCount(); ++i)
    {
        Vst::ParameterInfo parameter {};
        controller->getParameterInfo (i, parameter);
        in->ids.push_back (parameter.id);
    }
}

Vst3Instance::~Vst3Instance()
{
    closeEditor();
    deactivate();
    FUnknownPtr<Vst::IConnectionPoint> fromComponent (in->component), fromController (in->controller);
    fromComponent->disconnect (fromController);
    fromController->disconnect (fromComponent);
    in->controller->setComponentHandler (nullptr);
    in->controller->terminate();
    in->component->terminate();
    in->processor = nullptr;
    in->controller = nullptr;
    in->component = nullptr;
}

void Vst3Instance::activate (const StreamSetup& setup)
{
    const std::lock_guard lock (in->activity);
    deactivate();
    in->setup = setup;
    const auto arrangement = [] (int channels) { return channels == 1 ? Vst::SpeakerArr::kMono : Vst::SpeakerArr::kStereo; };
    auto input = arrangement (setup.inputs), output = arrangement (setup.outputs);
    CHECK (in->processor->setBusArrangements (&input, 1, &output, 1) == kResultTrue);
    Vst::ProcessSetup wanted { modeOf (setup), Vst::kSample32, setup.maxBlock, setup.rate };
    CHECK (in->processor->setupProcessing (wanted) == kResultOk);
    in->component->activateBus (Vst::kAudio, Vst::kInput, 0, true);
    in->component->activateBus (Vst::kAudio, Vst::kOutput, 0, true);
    CHECK (in->component->setActive (true) == kResultOk);
    in->processor->setProcessing (true);
    in->active = true;
}

bool Vst3Instance::acceptsBuses (int inputs, int outputs)
{
    std::vector<Vst::SpeakerArrangement> ins (static_cast<std::size_t> (inputs), Vst::SpeakerArr::kStereo), outs (static_cast<std::size_t> (outputs), Vst::SpeakerArr::kStereo);
    return in->processor->setBusArrangements (ins.data(), inputs, outs.data(), outputs) == kResultTrue;
}

void Vst3Instance::reset()
{
    in->processor->setProcessing (false);
    in->processor->setProcessing (true);
}

void Vst3Instance::setOffline (bool offline) { in->setup.offline = offline; }

void Vst3Instance::deactivate()
{
    const std::lock_guard lock (in->activity);

    if (! in->active)
        return;

    in->processor->setProcessing (false);
    in->component->setActive (false);
    in->active = false;
}

void Vst3Instance::process (const Audio& input, Audio& output, int offset, int numSamples, const std::vector<Point>& points, Transport transport)
{
    std::vector<float*> from, to;

    for (int c = 0; c < in->setup.inputs; ++c)
        from.push_back (const_cast<float*> (input[static_cast<std::size_t> (c)].data()) + offset);

    for (int c = 0; c < in->setup.outputs; ++c)
        to.push_back (output[static_cast<std::size_t> (c)].data() + offset);

    Vst::AudioBusBuffers inBus {}, outBus {};
    inBus.numChannels = in->setup.inputs;
    inBus.channelBuffers32 = from.data();
    outBus.numChannels = in->setup.outputs;
    outBus.channelBuffers32 = to.data();

    Changes changes;
    in->add (points, changes);
    Vst::ProcessContext context {};
    context.sampleRate = in->setup.rate;
    context.projectTimeSamples = transport.timeSamples;
    context.state = transport.playing ? Vst::ProcessContext::kPlaying : 0u;

    if (transport.tempo > 0.0)
    {
        context.tempo = transport.tempo;
        context.projectTimeMusic = transport.beat;
        context.barPositionMusic = transport.barStart;
        context.timeSigNumerator = transport.numerator;
        context.timeSigDenominator = transport.denominator;
        context.state |= Vst::ProcessContext::kTempoValid | Vst::ProcessContext::kProjectTimeMusicValid | Vst::ProcessContext::kBarPositionValid
                       | Vst::ProcessContext::kTimeSigValid;
    }

    Vst::ProcessData data;
    data.processMode = modeOf (in->setup);
    data.symbolicSampleSize = Vst::kSample32;
    data.numSamples = numSamples;
    data.numInputs = data.numOutputs = 1;
    data.inputs = &inBus;
    data.outputs = &outBus;
    data.inputParameterChanges = &changes;
    data.processContext = &context;
    Vst3Module::handleMessages();
    const std::lock_guard lock (in->activity);
    CHECK (in->processor->process (data) == kResultOk);
}

void Vst3Instance::flush (const std::vector<Point>& points)
{
    Changes changes;
    in->add (points, changes);
    Vst::ProcessData data;
    data.processMode = modeOf (in->setup);
    data.symbolicSampleSize = Vst::kSample32;
    data.inputParameterChanges = &changes;
    CHECK (in->processor->process (data) == kResultOk);
}

int Vst3Instance::latencySamples() const { return static_cast<int> (in->processor->getLatencySamples()); }

std::vector<std::uint8_t> Vst3Instance::state() const
{
    Vst3Module::handleMessages();
    MemoryStream stream;
    CHECK (in->component->getState (&stream) == kResultOk);
    const auto* bytes = reinterpret_cast<const std::uint8_t*> (stream.getData());
    return { bytes, bytes + stream.getSize() };
}

bool Vst3Instance::setState (const std::vector<std::uint8_t>& bytes)
{
    auto copy = bytes;
    MemoryStream stream (copy.data(), static_cast<TSize> (copy.size()));
    const bool taken = in->component->setState (&stream) == kResultOk;
    MemoryStream again (copy.data(), static_cast<TSize> (copy.size()));
    in->controller->setComponentState (&again);
    return taken;
}

int Vst3Instance::parameterCount() const { return static_cast<int> (in->ids.size()); }

std::string Vst3Instance::parameterName (int index) const
{
    Vst::ParameterInfo info {};
    in->controller->getParameterInfo (index, info);
    return ascii (info.title);
}

double Vst3Instance::parameter (int index) const
{
    return in->controller->getParamNormalized (in->ids[static_cast<std::size_t> (index)]);
}

void Vst3Instance::setParameter (int index, double normalised)
{
    in->controller->setParamNormalized (in->ids[static_cast<std::size_t> (index)], normalised);
}

int Vst3Instance::controllerParameter (int controller) const
{
    const FUnknownPtr<Vst::IMidiMapping> mapping (in->controller);
    Vst::ParamID id = 0;
    CHECK (mapping && mapping->getMidiControllerAssignment (0, 0, static_cast<Vst::CtrlNumber> (controller), id) == kResultTrue);
    return static_cast<int> (std::find (in->ids.begin(), in->ids.end(), id) - in->ids.begin());
}

bool Vst3Instance::hasFlags (int index, int flags) const
{
    Vst::ParameterInfo info {};
    return in->controller->getParameterInfo (index, info) == kResultOk && (info.flags & flags) == flags;
}

int Vst3Instance::programParameter() const
{
    for (int32 i = 0; i < in->controller->getParameterCount(); ++i)
    {
        Vst::ParameterInfo info {};
        in->controller->getParameterInfo (i, info);

        if ((info.flags & Vst::ParameterInfo::kIsProgramChange) != 0)
            return i;
    }

    return -1;
}

int Vst3Instance::programCount() const
{
    const FUnknownPtr<Vst::IUnitInfo> units (in->controller);
    Vst::ProgramListInfo list {};
    Vst::UnitInfo root {};
    CHECK (units && units->getUnitInfo (0, root) == kResultOk);

    if (units->getProgramListCount() == 0)
    {
        CHECK_EQUAL (root.programListId, Vst::kNoProgramListId);
        return 0;
    }

    CHECK (units->getProgramListInfo (0, list) == kResultOk && list.id == root.programListId);
    return list.programCount;
}

std::string Vst3Instance::programName (int program) const
{
    Vst3Module::handleMessages();
    const FUnknownPtr<Vst::IUnitInfo> units (in->controller);
    Vst::UnitInfo root {};
    Vst::String128 name {};
    CHECK (units && units->getUnitInfo (0, root) == kResultOk);
    CHECK (units->getProgramName (root.programListId, program, name) == kResultOk, "program ", program);
    return ascii (name);
}

void Vst3Instance::reactivateOnLatencyChange()
{
    in->handler.onLatencyChange = [this]
    {
        const std::lock_guard lock (in->activity);
        const int reported = latencySamples();
        activate (in->setup);
        ++in->reactivations;
        in->latencyMismatches += latencySamples() == reported ? 0 : 1;
    };
}

int Vst3Instance::reactivations() const      { return in->reactivations.load(); }
int Vst3Instance::latencyMismatches() const { return in->latencyMismatches.load(); }
bool Vst3Instance::takeTitlesChanged()  { return in->handler.titlesChanged.exchange (false); }

std::vector<Point> Vst3Instance::takeEdits()
{
    const std::lock_guard lock (in->handler.editMutex);
    std::vector<Point> points;

    for (const auto& [id, value] : std::exchange (in->handler.edits, {}))
        points.push_back ({ static_cast<int> (std::find (in->ids.begin(), in->ids.end(), id) - in->ids.begin()), 0, value });

    return points;
}

int Vst3Instance::projectMarks() const  { return in->handler.handler2.marks.load(); }
int Vst3Instance::openGestures() const  { return in->handler.openGestures.load(); }

} // namespace tiller::test
