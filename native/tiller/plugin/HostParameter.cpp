#include "tiller/plugin/HostParameter.h"

#include <utility>

namespace tiller
{

HostParameter::HostParameter (ParameterTable& t, const EchoClock& c, std::size_t i)
    : RangedAudioParameter (juce::ParameterID { protocol::parameters[i].id, 1 }, protocol::parameters[i].name),
      table (t),
      clock (c),
      index (i),
      info (protocol::parameters[i]),
      range (info.min, info.max, isSwitch() ? info.max - info.min : isChoice() ? 1.0f : 0.0f, info.skew),
      name (info.name)
{
}

void HostParameter::setFromEngine (float plain, protocol::Gesture gesture)
{
    if (gesture == protocol::Gesture::begin && ! std::exchange (gestureOpen, true))
        beginChangeGesture();

    // The host may have set another value since the engine sent this one.
    if (table.value (index) == plain)
    {
        const auto normalised = convertTo0to1 (plain);

        if (juce::PluginHostType::getPluginLoadedAs() == juce::AudioProcessor::wrapperType_VST3)
            echoes.expect (normalised, now());

        sendValueChangedMessageToListeners (normalised);
    }

    if (gesture == protocol::Gesture::end)
        endGesture();
}

void HostParameter::endGesture()
{
    if (std::exchange (gestureOpen, false))
        endChangeGesture();
}

void HostParameter::setFromProject (float plain)
{
    table.setValue (index, plain);
    sendValueChangedMessageToListeners (convertTo0to1 (plain));
}

bool HostParameter::consumeEcho (float normalised) noexcept
{
    return echoes.consume (normalised, now());
}

bool HostParameter::rename (const juce::String& newName)
{
    const std::lock_guard lock (nameMutex);

    if (name == newName)
        return false;

    name = newName;
    return true;
}

float HostParameter::getValue() const                      { return convertTo0to1 (table.value (index)); }

void HostParameter::setValue (float normalised)
{
    // The present value may come back rounded, and an echo is older than what the engine has.
    if (normalised != getValue() && ! echoes.isExpected (normalised, now()))
        table.setValue (index, convertFrom0to1 (normalised));
}

float HostParameter::getDefaultValue() const               { return convertTo0to1 (info.initial); }
int HostParameter::getNumSteps() const
{
    return isSwitch() ? 2 : isChoice() ? juce::roundToInt (info.max - info.min) + 1 : AudioProcessorParameter::getNumSteps();
}


juce::String HostParameter::getName (int maximumLength) const
{
    const std::lock_guard lock (nameMutex);
    return name.substring (0, maximumLength);
}

juce::String HostParameter::getLabel() const
{
    switch (info.unit)
    {
        case protocol::ParameterUnit::DB:     return "dB";
        case protocol::ParameterUnit::S:      return "s";
        case protocol::ParameterUnit::None:
        case protocol::ParameterUnit::Switch:
        case protocol::ParameterUnit::Choice: break;
    }

    return {};
}

juce::String HostParameter::getText (float normalised, int maximumLength) const
{
    const auto plain = convertFrom0to1 (normalised);
    if (isChoice())
        return juce::StringArray::fromLines (juce::CharPointer_UTF8 (info.choices))[juce::roundToInt (plain)].substring (0, maximumLength > 0 ? maximumLength : 100);

    const auto text = isSwitch() ? juce::String (plain >= 0.5f ? "On" : "Off")
                                 : juce::String (plain, info.unit == protocol::ParameterUnit::DB ? 1 : 3);
    return maximumLength > 0 ? text.substring (0, maximumLength) : text;
}

float HostParameter::getValueForText (const juce::String& text) const
{
    if (isSwitch())
        return text.trim().equalsIgnoreCase ("on") || text.getFloatValue() >= 0.5f ? 1.0f : 0.0f;

    if (isChoice())
    {
        const auto choice = juce::StringArray::fromLines (juce::CharPointer_UTF8 (info.choices)).indexOf (text.trim(), true);
        return convertTo0to1 (choice >= 0 ? static_cast<float> (choice) : info.initial);
    }

    return convertTo0to1 (juce::jlimit (info.min, info.max, text.getFloatValue()));
}

} // namespace tiller
