#pragma once

#include <pluginterfaces/vst/ivsteditcontroller.h>

#include <atomic>

namespace tiller
{

/**
    The IEditController that the host talks to: JUCE's own, whose program parameter lacks the flag that VST3 wants of every parameter
    with a list of names. Part of the VST3 binary only. [main-thread]
*/
class Vst3ControllerProxy final : public Steinberg::Vst::IEditController
{
public:
    /** Takes over the reference to JUCE's controller. */
    explicit Vst3ControllerProxy (Steinberg::Vst::IEditController* juceController) : target (juceController) {}

    Steinberg::tresult PLUGIN_API queryInterface (const Steinberg::TUID, void** object) override;
    Steinberg::uint32 PLUGIN_API addRef() override;
    Steinberg::uint32 PLUGIN_API release() override;

    Steinberg::tresult PLUGIN_API initialize (Steinberg::FUnknown* context) override;
    Steinberg::tresult PLUGIN_API terminate() override;

    Steinberg::tresult PLUGIN_API setComponentState (Steinberg::IBStream*) override;
    Steinberg::tresult PLUGIN_API setState (Steinberg::IBStream*) override;
    Steinberg::tresult PLUGIN_API getState (Steinberg::IBStream*) override;
    Steinberg::int32 PLUGIN_API getParameterCount() override;
    Steinberg::tresult PLUGIN_API getParameterInfo (Steinberg::int32 index, Steinberg::Vst::ParameterInfo&) override;
    Steinberg::tresult PLUGIN_API getParamStringByValue (Steinberg::Vst::ParamID, Steinberg::Vst::ParamValue normalised, Steinberg::Vst::String128) override;
    Steinberg::tresult PLUGIN_API getParamValueByString (Steinberg::Vst::ParamID, Steinberg::Vst::TChar*, Steinberg::Vst::ParamValue& normalised) override;
    Steinberg::Vst::ParamValue PLUGIN_API normalizedParamToPlain (Steinberg::Vst::ParamID, Steinberg::Vst::ParamValue normalised) override;
    Steinberg::Vst::ParamValue PLUGIN_API plainParamToNormalized (Steinberg::Vst::ParamID, Steinberg::Vst::ParamValue plain) override;
    Steinberg::Vst::ParamValue PLUGIN_API getParamNormalized (Steinberg::Vst::ParamID) override;
    Steinberg::tresult PLUGIN_API setParamNormalized (Steinberg::Vst::ParamID, Steinberg::Vst::ParamValue) override;
    Steinberg::tresult PLUGIN_API setComponentHandler (Steinberg::Vst::IComponentHandler*) override;
    Steinberg::IPlugView* PLUGIN_API createView (Steinberg::FIDString name) override;

private:
    ~Vst3ControllerProxy() { target->release(); }

    Steinberg::Vst::IEditController* const target;
    std::atomic<Steinberg::uint32> references { 1 };
};

} // namespace tiller
