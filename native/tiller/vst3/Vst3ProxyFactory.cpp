// Part of the VST3 binary only, where JUCE's factory function has another name (see CMakeLists.txt): the factory that hosts
// find is the one below.

#include "tiller/vst3/Vst3AudioProcessorProxy.h"
#include "tiller/vst3/Vst3Automation.h"
#include "tiller/vst3/Vst3ControllerProxy.h"

#undef GetPluginFactory

#include <pluginterfaces/base/ipluginbase.h>
#include <pluginterfaces/vst/ivstcomponent.h>

#include <atomic>
#include <memory>

extern "C" Steinberg::IPluginFactory* PLUGIN_API tillerJuceFactory();

namespace tiller
{

namespace
{
    using namespace Steinberg;

    /** Gives the component that JUCE just made a proxy for its audio processor. [main-thread] */
    void addProxy (FUnknown* instance)
    {
        Vst::IComponent* component = nullptr;

        if (instance->queryInterface (Vst::IComponent::iid, reinterpret_cast<void**> (&component)) != kResultOk)
            return;

        Vst::IAudioProcessor* processor = nullptr;
        Vst3Automation::ProcessorLookup lookup;
        component->queryInterface (Vst::IAudioProcessor::iid, reinterpret_cast<void**> (&processor));

        if (processor != nullptr)
        {
            if (lookup.found != nullptr)
                lookup.found->setProxy (std::make_unique<Vst3AudioProcessorProxy> (processor));

            processor->release();
        }

        component->release();
    }

    /** JUCE's factory; what it makes gets proxies for audio processor and edit controller. */
    class ProxyFactory final : public IPluginFactory3
    {
    public:
        /** Takes over the reference to JUCE's factory. */
        explicit ProxyFactory (IPluginFactory* juceFactory)
        {
            juceFactory->queryInterface (IPluginFactory3::iid, reinterpret_cast<void**> (&target));
            juceFactory->release();
        }

        tresult PLUGIN_API queryInterface (const TUID id, void** object) override
        {
            const auto is = [id] (const FUID& other) { return FUnknownPrivate::iidEqual (id, other); };
            const bool isOurs = is (FUnknown::iid) || is (IPluginFactory::iid) || is (IPluginFactory2::iid) || is (IPluginFactory3::iid);

            if (! isOurs)
                return target->queryInterface (id, object);

            *object = static_cast<IPluginFactory3*> (this);
            addRef();
            return kResultOk;
        }

        uint32 PLUGIN_API addRef() override { return ++references; }

        uint32 PLUGIN_API release() override
        {
            const auto remaining = --references;

            if (remaining == 0)
            {
                target->release();
                delete this;
            }

            return remaining;
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

            if (result != kResultOk || *object == nullptr)
                return result;

            if (FUnknownPrivate::iidEqual (interfaceId, Vst::IEditController::iid))
                *object = static_cast<Vst::IEditController*> (new Vst3ControllerProxy (static_cast<Vst::IEditController*> (*object)));
            else
                addProxy (static_cast<FUnknown*> (*object));

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
    return new tiller::ProxyFactory (tillerJuceFactory());
}
