#include "Vst3Module.h"

#include "TestSuite.h"

#if defined (_WIN32)
 #include "tiller/process/windows/SystemHeaders.h"

 #include <filesystem>
#else
 #include <dlfcn.h>
#endif

namespace tiller::test
{

using namespace Steinberg;

#if defined (_WIN32)

Vst3Module::Vst3Module (const std::string& bundle)
{
    const auto path = std::filesystem::u8path (bundle) / "Contents" / "x86_64-win" / "Tiller.vst3";
    library = LoadLibraryW (path.c_str());
    CHECK (library != nullptr, bundle, ": error ", GetLastError());
    const auto enter = reinterpret_cast<bool (*)()> (find ("InitDll"));
    CHECK (enter != nullptr && enter());
}

Vst3Module::~Vst3Module()
{
    if (const auto leave = reinterpret_cast<bool (*)()> (find ("ExitDll")))
        leave();
}

void* Vst3Module::find (const char* name) const
{
    return reinterpret_cast<void*> (GetProcAddress (static_cast<HMODULE> (library), name));
}

void Vst3Module::handleMessages()
{
    for (MSG message; PeekMessageW (&message, nullptr, 0, 0, PM_REMOVE);)
        DispatchMessageW (&message);
}

#else

Vst3Module::Vst3Module (const std::string& bundle)
{
    library = dlopen ((bundle + "/Contents/x86_64-linux/Tiller.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    CHECK (library != nullptr, dlerror());
    const auto enter = reinterpret_cast<bool (*) (void*)> (find ("ModuleEntry"));
    CHECK (enter != nullptr && enter (library));
}

Vst3Module::~Vst3Module()
{
    if (const auto leave = reinterpret_cast<bool (*)()> (find ("ModuleExit")))
        leave();
}

void* Vst3Module::find (const char* name) const { return dlsym (library, name); }

void Vst3Module::handleMessages() {}

#endif

IPtr<IPluginFactory> Vst3Module::factory() const
{
    const auto get = reinterpret_cast<IPluginFactory* (PLUGIN_API*)()> (find ("GetPluginFactory"));
    CHECK (get != nullptr);
    return owned (get());
}

} // namespace tiller::test
