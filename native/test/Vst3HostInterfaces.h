#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#if defined (__linux__)
 #include <poll.h>
#endif

#include <pluginterfaces/gui/iplugview.h>
#include <pluginterfaces/vst/ivsteditcontroller.h>
#include <pluginterfaces/vst/ivstparameterchanges.h>

namespace tiller::test::vst3
{

using namespace Steinberg;

/** An interface that exists as long as its owner: references are not counted. */
template <typename Interface>
struct Owned : Interface
{
    tresult PLUGIN_API queryInterface (const TUID iid, void** object) override
    {
        const bool isOurs = FUnknownPrivate::iidEqual (iid, Interface::iid) || FUnknownPrivate::iidEqual (iid, FUnknown::iid);
        *object = isOurs ? this : nullptr;
        return isOurs ? kResultOk : kNoInterface;
    }

    uint32 PLUGIN_API addRef() override  { return 1; }
    uint32 PLUGIN_API release() override { return 1; }
};

struct ValueQueue final : Owned<Vst::IParamValueQueue>
{
    Vst::ParamID id = 0;
    std::vector<std::pair<int32, Vst::ParamValue>> points;

    Vst::ParamID PLUGIN_API getParameterId() override { return id; }
    int32 PLUGIN_API getPointCount() override         { return static_cast<int32> (points.size()); }

    tresult PLUGIN_API getPoint (int32 index, int32& offset, Vst::ParamValue& value) override
    {
        if (index < 0 || index >= getPointCount())
            return kResultFalse;

        std::tie (offset, value) = points[static_cast<std::size_t> (index)];
        return kResultTrue;
    }

    tresult PLUGIN_API addPoint (int32 offset, Vst::ParamValue value, int32& index) override
    {
        index = getPointCount();
        points.emplace_back (offset, value);
        return kResultTrue;
    }
};

struct Changes final : Owned<Vst::IParameterChanges>
{
    std::vector<std::unique_ptr<ValueQueue>> queues;

    int32 PLUGIN_API getParameterCount() override { return static_cast<int32> (queues.size()); }

    Vst::IParamValueQueue* PLUGIN_API getParameterData (int32 index) override
    {
        return index >= 0 && index < getParameterCount() ? queues[static_cast<std::size_t> (index)].get() : nullptr;
    }

    Vst::IParamValueQueue* PLUGIN_API addParameterData (const Vst::ParamID& id, int32& index) override
    {
        for (index = 0; index < getParameterCount(); ++index)
            if (queues[static_cast<std::size_t> (index)]->id == id)
                return queues[static_cast<std::size_t> (index)].get();

        queues.push_back (std::make_unique<ValueQueue>());
        queues.back()->id = id;
        return queues.back().get();
    }
};

/** Counts how often the plugin has marked the project as changed. */
struct Handler2 final : Owned<Vst::IComponentHandler2>
{
    std::atomic<int> marks { 0 };

    tresult PLUGIN_API setDirty (TBool state) override
    {
        marks += state != 0 ? 1 : 0;
        return kResultOk;
    }

    tresult PLUGIN_API requestOpenEditor (FIDString) override { return kNotImplemented; }
    tresult PLUGIN_API startGroupEdit() override              { return kNotImplemented; }
    tresult PLUGIN_API finishGroupEdit() override             { return kNotImplemented; }
};

struct Handler final : Owned<Vst::IComponentHandler>
{
    Handler2 handler2;

    tresult PLUGIN_API queryInterface (const TUID iid, void** object) override
    {
        return FUnknownPrivate::iidEqual (iid, Vst::IComponentHandler2::iid) ? handler2.queryInterface (iid, object)
                                                                            : Owned<Vst::IComponentHandler>::queryInterface (iid, object);
    }

    std::atomic<bool> titlesChanged { false };
    std::function<void()> onLatencyChange;   ///< called on the plugin's thread
    std::atomic<int> openGestures { 0 };
    std::mutex editMutex;
    std::vector<std::pair<Vst::ParamID, Vst::ParamValue>> edits;

    tresult PLUGIN_API beginEdit (Vst::ParamID) override                       { ++openGestures; return kResultOk; }

    tresult PLUGIN_API performEdit (Vst::ParamID id, Vst::ParamValue value) override
    {
        const std::lock_guard lock (editMutex);
        edits.emplace_back (id, value);
        return kResultOk;
    }

    tresult PLUGIN_API endEdit (Vst::ParamID) override                         { --openGestures; return kResultOk; }

    tresult PLUGIN_API restartComponent (int32 flags) override
    {
        if ((flags & Vst::kParamTitlesChanged) != 0)
            titlesChanged = true;

        if ((flags & Vst::kLatencyChanged) != 0 && onLatencyChange)
            onLatencyChange();

        return kResultOk;
    }
};

#if defined (__linux__)
/** The host's event loop, as far as a plugin on Linux needs one. */
struct RunLoop final : Owned<Linux::IRunLoop>
{
    std::vector<std::pair<Linux::IEventHandler*, int>> descriptors;

    tresult PLUGIN_API registerEventHandler (Linux::IEventHandler* handler, Linux::FileDescriptor descriptor) override
    {
        descriptors.emplace_back (handler, descriptor);
        return kResultOk;
    }

    tresult PLUGIN_API unregisterEventHandler (Linux::IEventHandler* handler) override
    {
        descriptors.erase (std::remove_if (descriptors.begin(), descriptors.end(), [&] (const auto& entry) { return entry.first == handler; }),
                           descriptors.end());
        return kResultOk;
    }

    tresult PLUGIN_API registerTimer (Linux::ITimerHandler*, Linux::TimerInterval) override { return kNotImplemented; }
    tresult PLUGIN_API unregisterTimer (Linux::ITimerHandler*) override                     { return kNotImplemented; }

    /** Waits up to `milliseconds` for events and handles them. */
    void run (int milliseconds)
    {
        std::vector<pollfd> waiting;

        for (const auto& [handler, descriptor] : descriptors)
            waiting.push_back ({ descriptor, POLLIN, 0 });

        if (poll (waiting.data(), waiting.size(), milliseconds) <= 0)
            return;

        const auto present = descriptors;

        for (std::size_t i = 0; i < waiting.size(); ++i)
            if (waiting[i].revents != 0 && std::find (descriptors.begin(), descriptors.end(), present[i]) != descriptors.end())
                present[i].first->onFDIsSet (present[i].second);
    }
};

#endif

struct Frame final : Owned<IPlugFrame>
{
    tresult PLUGIN_API resizeView (IPlugView* view, ViewRect* size) override { return view->onSize (size); }

   #if defined (__linux__)
    RunLoop runLoop;

    tresult PLUGIN_API queryInterface (const TUID iid, void** object) override
    {
        return FUnknownPrivate::iidEqual (iid, Linux::IRunLoop::iid) ? runLoop.queryInterface (iid, object)
                                                                    : Owned<IPlugFrame>::queryInterface (iid, object);
    }
   #endif
};

} // namespace tiller::test::vst3
