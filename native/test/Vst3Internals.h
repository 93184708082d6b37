#pragma once

#include "Vst3HostInterfaces.h"
#include "Vst3Instance.h"
#include "Vst3Module.h"

#include <atomic>
#include <mutex>
#include <vector>

#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstcomponent.h>
#include <public.sdk/source/vst/hosting/hostclasses.h>

namespace tiller::test
{

using namespace Steinberg;
using namespace vst3;

/** One loaded plugin. For the files of `Vst3Instance` alone. */
struct Vst3Instance::Internals
{
    explicit Internals (const std::string& bundle) : module (bundle) {}

    Vst::HostApplication host;
    Handler handler;
    Frame frame;
    IPtr<Vst::IComponent> component;
    IPtr<Vst::IEditController> controller;
    IPtr<Vst::IAudioProcessor> processor;
    IPtr<IPlugView> view;
    StreamSetup setup;
    std::vector<Vst::ParamID> ids;
    std::recursive_mutex activity;  ///< held while the plugin is activated or processes: notifications may come on another thread
    bool active = false;
    std::atomic<int> reactivations { 0 }, latencyMismatches { 0 };
    Vst3Module module;              ///< last: the first that ends, while the host is still there

    void add (const std::vector<Point>& points, Changes& changes) const
    {
        for (const auto& point : points)
        {
            int32 index = 0;
            auto* queue = changes.addParameterData (ids[static_cast<std::size_t> (point.index)], index);
            queue->addPoint (point.offset, point.normalised, index);
        }
    }
};

} // namespace tiller::test
