#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include <memory>

namespace tiller
{

/**
    Lets the processor see every automation point of a block with its place, in VST3 hosts, and every program change.
    JUCE's wrapper hands the processor the last point of each block only, and a move of the program parameter not at all.

    A processor may add interfaces to its VST3 component, and a host gets IAudioProcessor from there: this gives the host
    one of ours, which notes the points and calls JUCE's. See Vst3Automation.cpp; other formats never ask. [main-thread]
*/
class Vst3Automation : public juce::VST3ClientExtensions
{
public:
    Vst3Automation();
    ~Vst3Automation() override;

    std::int32_t queryIAudioProcessor (const Steinberg::TUID, void** object) override;   // [main-thread]

    /** What stands between the host and JUCE's audio processor; only the VST3 binary makes one. */
    struct Relay
    {
        virtual ~Relay() = default;
        virtual std::int32_t query (const Steinberg::TUID, void** object) = 0;
    };

    /** Has queries on this thread answered by nothing, and says whose they were. [main-thread] */
    struct Pairing
    {
        Pairing();
        ~Pairing();
        Vst3Automation* found = nullptr;
    };

    void setRelay (std::unique_ptr<Relay> newRelay) { relay = std::move (newRelay); }

private:
    std::unique_ptr<Relay> relay;
};

} // namespace tiller
