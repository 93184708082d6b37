#pragma once

#include <string>

#include <pluginterfaces/base/ipluginbase.h>

namespace tiller::test
{

/** A plugin's library, loaded as a host of this system does it; a failed check where it is not one. */
class Vst3Module
{
public:
    explicit Vst3Module (const std::string& bundle);

    /** Tells the plugin to end. The library stays loaded: its threads may still be running. */
    ~Vst3Module();

    Vst3Module (const Vst3Module&) = delete;
    Vst3Module& operator= (const Vst3Module&) = delete;

    Steinberg::IPtr<Steinberg::IPluginFactory> factory() const;

    /** Handles what the plugin has posted to this thread: on Windows a host's main thread does so between its calls. */
    static void handleMessages();

private:
    void* find (const char* name) const;

    void* library = nullptr;
};

} // namespace tiller::test
