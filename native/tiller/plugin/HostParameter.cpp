#include "tiller/plugin/HostParameter.h"

#include <utility>

namespace tiller
{

HostParameter::HostParameter (ParameterTable& t, std::size_t i)
    : RangedAudioParameter (juce::ParameterID { protocol::parameters[i].id, 1 }, protocol::parameters[i].name),
      table (t),
      index (i),
      about (protocol::parameters[i]),
      range (about.min, about.max, isSwitch() ? about.max - about.min : 0.0f, about.skew),
      name (about.name)
{
}

void HostParameter::followEngine (float plain, protocol::Gesture gesture)
{
    if (gesture == protocol::Gesture::begin && ! std::exchange (isHeld, true))
        beginChangeGesture();

    // The host may have moved on since the engine spoke.
    if (table.value (index) == plain)
    {
        const auto normalised = convertTo0to1 (plain);

        if (juce::PluginHostType::getPluginLoadedAs() == juce::AudioProcessor::wrapperType_VST3)
            shown.add (normalised, juce::Time::getMillisecondCounter());

        sendValueChangedMessageToListeners (normalised);
    }

    if (gesture == protocol::Gesture::end)
        letGo();
}

void HostParameter::letGo()
{
    if (std::exchange (isHeld, false))
        endChangeGesture();
}

void HostParameter::show (float plain)
{
    table.setValue (index, plain);
    sendValueChangedMessageToListeners (convertTo0to1 (plain));
}

bool HostParameter::takeEcho (float normalised) noexcept
{
    return shown.take (normalised, juce::Time::getMillisecondCounter());
}

bool HostParameter::rename (const juce::String& wanted)
{
    const std::lock_guard lock (nameMutex);

    if (name == wanted)
        return false;

    name = wanted;
    return true;
}

float HostParameter::getValue() const                      { return convertTo0to1 (table.value (index)); }

void HostParameter::setValue (float normalised)
{
    // What the host has is not news, and may be rounded; an echo is older than what the engine has.
    if (normalised != getValue() && ! shown.holds (normalised, juce::Time::getMillisecondCounter()))
        table.setValue (index, convertFrom0to1 (normalised));
}

float HostParameter::getDefaultValue() const               { return convertTo0to1 (about.initial); }
int HostParameter::getNumSteps() const                     { return isSwitch() ? 2 : AudioProcessorParameter::getNumSteps(); }

juce::String HostParameter::getName (int maximumLength) const
{
    const std::lock_guard lock (nameMutex);
    return name.substring (0, maximumLength);
}

juce::String HostParameter::getLabel() const
{
    switch (about.unit)
    {
        case protocol::ParameterUnit::DB:     return "dB";
        case protocol::ParameterUnit::S:      return "s";
        case protocol::ParameterUnit::None:
        case protocol::ParameterUnit::Switch: break;
    }

    return {};
}

juce::String HostParameter::getText (float normalised, int maximumLength) const
{
    const auto plain = convertFrom0to1 (normalised);
    const auto text = isSwitch() ? juce::String (plain >= 0.5f ? "On" : "Off")
                                 : juce::String (plain, about.unit == protocol::ParameterUnit::DB ? 1 : 3);
    return maximumLength > 0 ? text.substring (0, maximumLength) : text;
}

float HostParameter::getValueForText (const juce::String& text) const
{
    if (isSwitch())
        return text.trim().equalsIgnoreCase ("on") || text.getFloatValue() >= 0.5f ? 1.0f : 0.0f;

    return convertTo0to1 (juce::jlimit (about.min, about.max, text.getFloatValue()));
}

} // namespace tiller
