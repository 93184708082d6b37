#pragma once

#include <utility>

namespace tiller
{

/** A reference to an object of COM. */
template <typename Interface>
class ComPointer
{
public:
    ComPointer() = default;

    /** Takes over a reference. */
    explicit ComPointer (Interface* owned) noexcept : object (owned) {}

    /** A reference of its own. */
    static ComPointer to (Interface* shared) noexcept
    {
        if (shared != nullptr)
            shared->AddRef();

        return ComPointer (shared);
    }

    ComPointer (ComPointer&& other) noexcept : object (std::exchange (other.object, nullptr)) {}

    ComPointer& operator= (ComPointer&& other) noexcept
    {
        std::swap (object, other.object);
        return *this;
    }

    ~ComPointer()
    {
        if (object != nullptr)
            object->Release();
    }

    explicit operator bool() const noexcept { return object != nullptr; }
    Interface* get() const noexcept { return object; }
    Interface* operator->() const noexcept { return object; }

    /** Where a function of COM puts its result; the pointer must be empty. */
    Interface** put() noexcept { return &object; }

private:
    Interface* object = nullptr;
};

} // namespace tiller
