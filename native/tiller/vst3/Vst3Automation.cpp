#include "tiller/vst3/Vst3Automation.h"

namespace tiller
{

namespace
{
    constexpr std::int32_t noInterface = -1;
    thread_local Vst3Automation::ProcessorLookup* lookup = nullptr;
}

Vst3Automation::Vst3Automation() = default;
Vst3Automation::~Vst3Automation() = default;

std::int32_t Vst3Automation::queryIAudioProcessor (const Steinberg::TUID id, void** object)
{
    *object = nullptr;

    if (lookup != nullptr)
    {
        lookup->found = this;
        return noInterface;
    }

    return proxy != nullptr ? proxy->query (id, object) : noInterface;
}

Vst3Automation::ProcessorLookup::ProcessorLookup()  { lookup = this; }
Vst3Automation::ProcessorLookup::~ProcessorLookup() { lookup = nullptr; }

} // namespace tiller
