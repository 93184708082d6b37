#pragma once

#include "tiller/vst3/ProcessDataPart.h"
#include "tiller/vst3/Vst3Automation.h"
#include "tiller/vst3/Vst3Block.h"

#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstparameterchanges.h>

#include <array>
#include <cstdint>

namespace tiller
{

/**
    The IAudioProcessor that the host talks to: it collects what JUCE does not pass on of each block, splits blocks that are longer
    than the host announced, and forwards every call to JUCE's own. Part of the VST3 binary only. [main-thread], unless stated otherwise
*/
class Vst3AudioProcessorProxy final : public Steinberg::Vst::IAudioProcessor, public Vst3Automation::Proxy
{
public:
    /** `juceProcessor` belongs to the component that owns this: no reference to it is held. */
    explicit Vst3AudioProcessorProxy (Steinberg::Vst::IAudioProcessor* juceProcessor);

    std::int32_t query (const Steinberg::TUID, void** object) override;

    Steinberg::tresult PLUGIN_API queryInterface (const Steinberg::TUID, void** object) override;
    Steinberg::uint32 PLUGIN_API addRef() override;
    Steinberg::uint32 PLUGIN_API release() override;

    Steinberg::tresult PLUGIN_API setBusArrangements (Steinberg::Vst::SpeakerArrangement* inputs, Steinberg::int32 inputCount,
                                                      Steinberg::Vst::SpeakerArrangement* outputs, Steinberg::int32 outputCount) override;
    Steinberg::tresult PLUGIN_API getBusArrangement (Steinberg::Vst::BusDirection, Steinberg::int32 index, Steinberg::Vst::SpeakerArrangement&) override;
    Steinberg::tresult PLUGIN_API canProcessSampleSize (Steinberg::int32 size) override;
    Steinberg::uint32 PLUGIN_API getLatencySamples() override;
    Steinberg::tresult PLUGIN_API setupProcessing (Steinberg::Vst::ProcessSetup&) override;
    Steinberg::tresult PLUGIN_API setProcessing (Steinberg::TBool) override;
    Steinberg::uint32 PLUGIN_API getTailSamples() override;
    Steinberg::tresult PLUGIN_API process (Steinberg::Vst::ProcessData&) override;   // [audio-thread]

private:
    /** JUCE's identifier of a parameter, as the host knows it, and our index. */
    struct HostId
    {
        Steinberg::Vst::ParamID id;
        std::uint32_t index;
    };

    using HostIds = std::array<HostId, protocol::parameters.size()>;
    static HostIds sortedHostIds();

    // [audio-thread]
    Steinberg::tresult processPart (Steinberg::Vst::ProcessData&, const Vst3Block&);
    void collect (Steinberg::Vst::IParameterChanges&);
    void collectPoints (Steinberg::Vst::IParamValueQueue&, std::uint32_t index);
    void collectPrograms (Steinberg::Vst::IParamValueQueue&);

    Steinberg::Vst::IAudioProcessor* const target;
    const HostIds hostIds = sortedHostIds();
    Steinberg::int32 maxBlock = 0;  ///< as the host announced it, in samples; 0 before that
    Vst3Block block, partBlock;
    ProcessDataPart part;
};

} // namespace tiller
