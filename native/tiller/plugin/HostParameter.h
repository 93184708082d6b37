#pragma once

#include "tiller/state/ParameterTable.h"
#include "tiller/state/ShownValues.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <mutex>

namespace tiller
{

/** One entry of the parameter table as the host sees it. Its identifier never changes; its name follows the preset. */
class HostParameter final : public juce::RangedAudioParameter
{
public:
    HostParameter (ParameterTable&, std::size_t index);   // [main-thread]

    /** Moves the parameter to a plain value that the engine has already. [main-thread] */
    void followEngine (float plain, protocol::Gesture);

    /** Ends a gesture whose end the engine did not tell any more. [main-thread] */
    void letGo();

    /** Moves the parameter to a plain value that a project brought. [main-thread] */
    void show (float plain);

    /** True where the host only gives back what it was shown, and has not given it back before. [audio-thread] */
    bool takeEcho (float normalised) noexcept;

    /** Sets what the host shows; true where this changes it. [main-thread] */
    bool rename (const juce::String&);

    // [any-thread]
    const juce::NormalisableRange<float>& getNormalisableRange() const override { return range; }
    float getValue() const override;
    void setValue (float normalised) override;
    float getDefaultValue() const override;
    int getNumSteps() const override;
    bool isDiscrete() const override                                  { return isSwitch(); }
    bool isBoolean() const override                                   { return isSwitch(); }

    // [any-thread] but the audio thread
    juce::String getName (int maximumLength) const override;
    juce::String getLabel() const override;
    juce::String getText (float normalised, int maximumLength) const override;
    float getValueForText (const juce::String&) const override;

private:
    // [any-thread]
    bool isSwitch() const noexcept { return about.unit == protocol::ParameterUnit::Switch; }

    ParameterTable& table;
    const std::size_t index;
    const protocol::Parameter& about;
    const juce::NormalisableRange<float> range;
    ShownValues shown;
    bool isHeld = false;    ///< [main-thread]
    mutable std::mutex nameMutex;
    juce::String name;
};

} // namespace tiller
