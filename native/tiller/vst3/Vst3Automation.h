#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include <cstdint>
#include <memory>

namespace tiller
{

/**
    Lets the processor see, in VST3 hosts, every automation point of a block with its offset and every program change. JUCE's
    wrapper passes on the last point of each block only, and moves of the program parameter not at all.

    A JUCE processor may add interfaces to its VST3 component, and a host asks the component for IAudioProcessor: it gets a
    proxy that collects the points and forwards to JUCE's own. See Vst3ProxyFactory.cpp; other formats never ask. [main-thread]
*/
class Vst3Automation : public juce::VST3ClientExtensions
{
public:
    Vst3Automation();
    ~Vst3Automation() override;

    std::int32_t queryIAudioProcessor (const Steinberg::TUID, void** object) override;   // [main-thread]

    /** The object between the host and JUCE's audio processor; only the VST3 binary makes one. */
    struct Proxy
    {
        virtual ~Proxy() = default;
        virtual std::int32_t query (const Steinberg::TUID, void** object) = 0;
    };

    /**
        Finds the `Vst3Automation` behind a VST3 component: while one exists, queries on this thread find no added interface and
        set `found`. [main-thread]
    */
    struct ProcessorLookup
    {
        ProcessorLookup();
        ~ProcessorLookup();
        Vst3Automation* found = nullptr;
    };

    void setProxy (std::unique_ptr<Proxy> newProxy) { proxy = std::move (newProxy); }

private:
    std::unique_ptr<Proxy> proxy;
};

} // namespace tiller
