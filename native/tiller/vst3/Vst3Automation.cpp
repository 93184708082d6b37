// Part of the VST3 binary only, where JUCE's factory function has another name (see CMakeLists.txt).

#include "tiller/vst3/Vst3Automation.h"

#include "tiller/vst3/AutomationPoints.h"
#include "tiller/state/HostProgram.h"
#include "tiller/generated/PluginProtocol.h"

#undef GetPluginFactory

#include <pluginterfaces/base/ipluginbase.h>
#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstcomponent.h>
#include <pluginterfaces/vst/ivstparameterchanges.h>

#include <algorithm>
#include <array>

extern "C" Steinberg::IPluginFactory* PLUGIN_API tillerJuceFactory();

namespace tiller
{

namespace
{
    using namespace Steinberg;

    bool is (const TUID a, const TUID b) noexcept { return FUnknownPrivate::iidEqual (a, b); }

    /** JUCE's identifier of the parameter that hosts turn MIDI program change into: `paramPreset` in its wrapper. */
    constexpr Vst::ParamID programId = 0x70727374;

    /** JUCE's identifier of a parameter towards the host, and our index. */
    struct HostId
    {
        Vst::ParamID id;
        std::uint32_t index;
    };

    std::array<HostId, protocol::parameters.size()> makeHostIds()
    {
        std::array<HostId, protocol::parameters.size()> ids {};

        for (std::uint32_t i = 0; i < ids.size(); ++i)
            ids[i] = { static_cast<Vst::ParamID> (juce::String (protocol::parameters[i].id).hashCode()) & 0x7fffffffu, i };

        std::sort (ids.begin(), ids.end(), [] (const HostId& a, const HostId& b) { return a.id < b.id; });
        return ids;
    }

    /** The audio processor that the host talks to; everything but the automation is JUCE's. */
    class AudioProcessorRelay final : public Vst::IAudioProcessor, public Vst3Automation::Relay
    {
    public:
        /** `juceProcessor` belongs to the component that owns this: no reference is held. */
        explicit AudioProcessorRelay (Vst::IAudioProcessor* juceProcessor) : target (juceProcessor) {}

        std::int32_t query (const TUID id, void** object) override
        {
            if (! is (id, Vst::IAudioProcessor::iid))
                return kNoInterface;

            *object = static_cast<Vst::IAudioProcessor*> (this);
            addRef();
            return kResultOk;
        }

        tresult PLUGIN_API queryInterface (const TUID id, void** object) override    { return target->queryInterface (id, object); }
        uint32 PLUGIN_API addRef() override                                          { return target->addRef(); }
        uint32 PLUGIN_API release() override                                         { return target->release(); }

        tresult PLUGIN_API setBusArrangements (Vst::SpeakerArrangement* in, int32 inCount, Vst::SpeakerArrangement* out, int32 outCount) override
        {
            return target->setBusArrangements (in, inCount, out, outCount);
        }

        tresult PLUGIN_API getBusArrangement (Vst::BusDirection direction, int32 index, Vst::SpeakerArrangement& arrangement) override
        {
            return target->getBusArrangement (direction, index, arrangement);
        }

        tresult PLUGIN_API canProcessSampleSize (int32 size) override                { return target->canProcessSampleSize (size); }
        uint32 PLUGIN_API getLatencySamples() override                               { return target->getLatencySamples(); }
        tresult PLUGIN_API setupProcessing (Vst::ProcessSetup& setup) override       { return target->setupProcessing (setup); }
        tresult PLUGIN_API setProcessing (TBool state) override                      { return target->setProcessing (state); }
        uint32 PLUGIN_API getTailSamples() override                                  { return target->getTailSamples(); }

        /** [audio-thread] */
        tresult PLUGIN_API process (Vst::ProcessData& data) override
        {
            points.count = 0;

            if (data.inputParameterChanges != nullptr)
                note (*data.inputParameterChanges);

            setAutomationOfThisBlock (&points);
            const auto result = target->process (data);
            setAutomationOfThisBlock (nullptr);

            // A call without audio brings parameters only: a program waits for the block that carries it.
            if (data.numSamples > 0)
                points.programCount = 0;

            return result;
        }

    private:
        void note (Vst::IParameterChanges& changes)
        {
            for (int32 q = 0; q < changes.getParameterCount(); ++q)
            {
                auto* queue = changes.getParameterData (q);

                if (queue == nullptr)
                    continue;

                const auto id = queue->getParameterId();

                if (id == programId)
                {
                    notePrograms (*queue);
                    continue;
                }

                const auto found = std::lower_bound (ids.begin(), ids.end(), id, [] (const HostId& a, Vst::ParamID b) { return a.id < b; });

                if (found == ids.end() || found->id != id)
                    continue;

                note (*queue, found->index);
            }
        }

        /** Between two points of one block the value runs straight; a single point is a step. */
        void note (Vst::IParamValueQueue& queue, std::uint32_t index)
        {
            AutomationPoint last {};

            for (int32 p = 0; p < queue.getPointCount(); ++p)
            {
                int32 offset = 0;
                Vst::ParamValue value = 0.0;

                if (queue.getPoint (p, offset, value) != kResultTrue)
                    continue;

                const AutomationPoint point { static_cast<std::uint32_t> (std::max (offset, 0)), index, static_cast<float> (value) };

                if (p > 0 && ! juce::approximatelyEqual (point.normalised, last.normalised))
                    addRamp (last, point);

                add (point, AutomationPoints::most);
                last = point;
            }
        }

        void notePrograms (Vst::IParamValueQueue& queue)
        {
            for (int32 p = 0; p < queue.getPointCount(); ++p)
            {
                int32 offset = 0;
                Vst::ParamValue value = 0.0;

                if (queue.getPoint (p, offset, value) != kResultTrue)
                    continue;

                // Where there are too many the last one counts.
                points.programCount = std::min (points.programCount, AutomationPoints::mostPrograms - 1);
                points.programs[points.programCount++] = { static_cast<std::uint32_t> (std::max (offset, 0)), HostProgram::fromNormalised (value) };
            }
        }

        void addRamp (const AutomationPoint& from, const AutomationPoint& to)
        {
            for (auto at = from.offset + rampStep; at < to.offset; at += rampStep)
            {
                const float share = static_cast<float> (at - from.offset) / static_cast<float> (to.offset - from.offset);
                add ({ at, from.index, from.normalised + share * (to.normalised - from.normalised) }, mostWithRamps);
            }
        }

        void add (const AutomationPoint& point, std::size_t most)
        {
            if (points.count < most)
                points.points[points.count++] = point;
        }

        /** How finely a straight line is followed, in samples: well within a latent frame. */
        static constexpr std::uint32_t rampStep = 16;
        /** The rest is for the points that the host drew. */
        static constexpr std::size_t mostWithRamps = AutomationPoints::most / 2;

        Vst::IAudioProcessor* const target;
        const std::array<HostId, protocol::parameters.size()> ids = makeHostIds();
        AutomationPoints points;
    };

    /** Puts a relay into the component that JUCE just made. [main-thread] */
    void addRelay (FUnknown* made)
    {
        Vst::IComponent* component = nullptr;

        if (made->queryInterface (Vst::IComponent::iid, reinterpret_cast<void**> (&component)) != kResultOk)
            return;

        Vst::IAudioProcessor* processor = nullptr;
        Vst3Automation::Pairing pairing;
        component->queryInterface (Vst::IAudioProcessor::iid, reinterpret_cast<void**> (&processor));

        if (processor != nullptr)
        {
            if (pairing.found != nullptr)
                pairing.found->setRelay (std::make_unique<AudioProcessorRelay> (processor));

            processor->release();
        }

        component->release();
    }

    /** JUCE's factory, whose components get a relay. */
    class Factory final : public IPluginFactory3
    {
    public:
        explicit Factory (IPluginFactory* f)
        {
            f->queryInterface (IPluginFactory3::iid, reinterpret_cast<void**> (&target));
            f->release();
        }

        tresult PLUGIN_API queryInterface (const TUID id, void** object) override
        {
            const bool mine = is (id, FUnknown::iid) || is (id, IPluginFactory::iid) || is (id, IPluginFactory2::iid) || is (id, IPluginFactory3::iid);

            if (! mine)
                return target->queryInterface (id, object);

            *object = static_cast<IPluginFactory3*> (this);
            addRef();
            return kResultOk;
        }

        uint32 PLUGIN_API addRef() override { return ++references; }

        uint32 PLUGIN_API release() override
        {
            const auto left = --references;

            if (left == 0)
            {
                target->release();
                delete this;
            }

            return left;
        }

        tresult PLUGIN_API getFactoryInfo (PFactoryInfo* info) override                     { return target->getFactoryInfo (info); }
        int32 PLUGIN_API countClasses() override                                            { return target->countClasses(); }
        tresult PLUGIN_API getClassInfo (int32 index, PClassInfo* info) override            { return target->getClassInfo (index, info); }
        tresult PLUGIN_API getClassInfo2 (int32 index, PClassInfo2* info) override          { return target->getClassInfo2 (index, info); }
        tresult PLUGIN_API getClassInfoUnicode (int32 index, PClassInfoW* info) override    { return target->getClassInfoUnicode (index, info); }
        tresult PLUGIN_API setHostContext (FUnknown* context) override                      { return target->setHostContext (context); }

        tresult PLUGIN_API createInstance (FIDString classId, FIDString interfaceId, void** object) override
        {
            const auto result = target->createInstance (classId, interfaceId, object);

            if (result == kResultOk && *object != nullptr)
                addRelay (static_cast<FUnknown*> (*object));

            return result;
        }

    private:
        IPluginFactory3* target = nullptr;
        std::atomic<uint32> references { 1 };
    };
}

} // namespace tiller

extern "C" SMTG_EXPORT_SYMBOL Steinberg::IPluginFactory* PLUGIN_API GetPluginFactory()
{
    return new tiller::Factory (tillerJuceFactory());
}
