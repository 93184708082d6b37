// Part of the VST3 binary only.

#include "tiller/vst3/Vst3ControllerProxy.h"

namespace tiller
{

using namespace Steinberg;

tresult Vst3ControllerProxy::queryInterface (const TUID id, void** object)
{
    const auto is = [id] (const FUID& other) { return FUnknownPrivate::iidEqual (id, other); };

    if (! is (FUnknown::iid) && ! is (IPluginBase::iid) && ! is (Vst::IEditController::iid))
        return target->queryInterface (id, object);

    *object = static_cast<Vst::IEditController*> (this);
    addRef();
    return kResultOk;
}

uint32 Vst3ControllerProxy::addRef() { return ++references; }

uint32 Vst3ControllerProxy::release()
{
    const auto remaining = --references;

    if (remaining == 0)
        delete this;

    return remaining;
}

tresult Vst3ControllerProxy::getParameterInfo (int32 index, Vst::ParameterInfo& info)
{
    const auto result = target->getParameterInfo (index, info);

    if (result == kResultOk && (info.flags & Vst::ParameterInfo::kIsProgramChange) != 0)
        info.flags |= Vst::ParameterInfo::kIsList;

    return result;
}

tresult Vst3ControllerProxy::initialize (FUnknown* context)                     { return target->initialize (context); }
tresult Vst3ControllerProxy::terminate()                                        { return target->terminate(); }
tresult Vst3ControllerProxy::setComponentState (IBStream* state)                { return target->setComponentState (state); }
tresult Vst3ControllerProxy::setState (IBStream* state)                         { return target->setState (state); }
tresult Vst3ControllerProxy::getState (IBStream* state)                         { return target->getState (state); }
int32 Vst3ControllerProxy::getParameterCount()                                  { return target->getParameterCount(); }
Vst::ParamValue Vst3ControllerProxy::getParamNormalized (Vst::ParamID id)       { return target->getParamNormalized (id); }
tresult Vst3ControllerProxy::setComponentHandler (Vst::IComponentHandler* host) { return target->setComponentHandler (host); }
IPlugView* Vst3ControllerProxy::createView (FIDString name)                     { return target->createView (name); }

tresult Vst3ControllerProxy::getParamStringByValue (Vst::ParamID id, Vst::ParamValue normalised, Vst::String128 text)
{
    return target->getParamStringByValue (id, normalised, text);
}

tresult Vst3ControllerProxy::getParamValueByString (Vst::ParamID id, Vst::TChar* text, Vst::ParamValue& normalised)
{
    return target->getParamValueByString (id, text, normalised);
}

Vst::ParamValue Vst3ControllerProxy::normalizedParamToPlain (Vst::ParamID id, Vst::ParamValue normalised)
{
    return target->normalizedParamToPlain (id, normalised);
}

Vst::ParamValue Vst3ControllerProxy::plainParamToNormalized (Vst::ParamID id, Vst::ParamValue plain)
{
    return target->plainParamToNormalized (id, plain);
}

tresult Vst3ControllerProxy::setParamNormalized (Vst::ParamID id, Vst::ParamValue normalised)
{
    return target->setParamNormalized (id, normalised);
}

} // namespace tiller
