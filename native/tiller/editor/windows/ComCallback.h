#pragma once

#include <atomic>
#include <utility>

#include <unknwn.h>

namespace tiller
{

/**
    An object of COM that hands a call to a function: for interfaces with one method, `Invoke`. It counts its references, and
    the function exists as long as the last of them.
*/
template <typename Interface, typename Function, typename... Arguments>
class ComCallback final : public Interface
{
public:
    explicit ComCallback (Function f) : function (std::move (f)) {}

    HRESULT STDMETHODCALLTYPE QueryInterface (REFIID id, void** object) override
    {
        const bool isOurs = IsEqualIID (id, __uuidof (Interface)) || IsEqualIID (id, __uuidof (IUnknown));
        *object = isOurs ? static_cast<Interface*> (this) : nullptr;

        if (! isOurs)
            return E_NOINTERFACE;

        AddRef();
        return S_OK;
    }

    ULONG STDMETHODCALLTYPE AddRef() override { return ++references; }

    ULONG STDMETHODCALLTYPE Release() override
    {
        const auto left = --references;

        if (left == 0)
            delete this;

        return left;
    }

    HRESULT STDMETHODCALLTYPE Invoke (Arguments... arguments) override { return function (arguments...); }

private:
    ~ComCallback() = default;

    Function function;
    std::atomic<ULONG> references { 1 };
};

} // namespace tiller
