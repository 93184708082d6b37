#pragma once

#include "tiller/state/EchoClock.h"
#include "tiller/state/ParameterEchoFilter.h"
#include "tiller/state/ParameterTable.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <mutex>

namespace tiller
{

/** One entry of the parameter table as the host sees it. Its identifier never changes; its name follows the preset. */
class HostParameter final : public juce::RangedAudioParameter
{
public:
    HostParameter (ParameterTable&, const EchoClock&, std::size_t index);   // [main-thread]

    /** Notifies the host of a plain value that the engine has set and the table has already, with its gesture. [main-thread] */
    void setFromEngine (float plain, protocol::Gesture);

    /** Ends a gesture that has begun: the engine that would have ended it is gone. [main-thread] */
    void endGesture();

    /** Sets a plain value that a project brought. [main-thread] */
    void setFromProject (float plain);

    /** True where the host only passes back a value that it was notified of; each notification has one echo. [audio-thread] */
    bool consumeEcho (float normalised) noexcept;

    /** Sets the name that the host displays; true where it changes. [main-thread] */
    bool rename (const juce::String&);

    // [any-thread]
    const juce::NormalisableRange<float>& getNormalisableRange() const override { return range; }
    float getValue() const override;
    void setValue (float normalised) override;
    float getDefaultValue() const override;
    int getNumSteps() const override;
    bool isDiscrete() const override                                  { return isSwitch() || isChoice(); }
    bool isBoolean() const override                                   { return isSwitch(); }

    // [any-thread] but the audio thread
    juce::String getName (int maximumLength) const override;
    juce::String getLabel() const override;
    juce::String getText (float normalised, int maximumLength) const override;
    float getValueForText (const juce::String&) const override;

private:
    // [any-thread]
    bool isSwitch() const noexcept { return info.unit == protocol::ParameterUnit::Switch; }
    bool isChoice() const noexcept { return info.unit == protocol::ParameterUnit::Choice; }

    std::uint32_t now() const noexcept { return clock.at (juce::Time::getMillisecondCounter()); }

    ParameterTable& table;
    const EchoClock& clock;
    const std::size_t index;
    const protocol::Parameter& info;
    const juce::NormalisableRange<float> range;
    ParameterEchoFilter echoes;
    bool gestureOpen = false;    ///< [main-thread]
    mutable std::mutex nameMutex;
    juce::String name;
};

} // namespace tiller
