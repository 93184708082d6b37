#include "tiller/vst3/Vst3Automation.h"

namespace tiller
{

namespace
{
    constexpr std::int32_t noInterface = -1;
    thread_local Vst3Automation::Pairing* pairing = nullptr;
}

Vst3Automation::Vst3Automation() = default;
Vst3Automation::~Vst3Automation() = default;

std::int32_t Vst3Automation::queryIAudioProcessor (const Steinberg::TUID id, void** object)
{
    *object = nullptr;

    if (pairing != nullptr)
    {
        pairing->found = this;
        return noInterface;
    }

    return relay != nullptr ? relay->query (id, object) : noInterface;
}

Vst3Automation::Pairing::Pairing()  { pairing = this; }
Vst3Automation::Pairing::~Pairing() { pairing = nullptr; }

} // namespace tiller
