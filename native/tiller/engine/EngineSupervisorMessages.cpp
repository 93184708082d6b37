// What the supervisor reads from the engine's pipe, and who gets it.

#include "tiller/engine/EngineSupervisor.h"

#include <algorithm>

namespace tiller
{

namespace to_plugin = protocol::to_plugin;

/** Takes what the engine has sent; false where it failed at that. */
bool EngineSupervisor::receive()
{
    for (;;)
    {
        auto* space = parser.space();
        const auto count = process->read (space, parser.freeBytes());

        if (count < 0)
        {
            fail ("The engine stopped");
            return false;
        }

        if (count == 0)
            return true;

        parser.arrived (static_cast<std::size_t> (count));
        watchdog.feed();
        transport.engineResponded();
        Message message;

        for (;;)
        {
            const auto result = parser.parse (message);

            if (result == MessageParser::Result::incomplete)
                break;

            if (result == MessageParser::Result::invalid || ! dispatch (message))
            {
                fail ("The engine sent what is no message of the protocol");
                return false;
            }
        }
    }
}

/** Hands a message to the part that it concerns; false where it breaks the protocol. */
bool EngineSupervisor::dispatch (const Message& message)
{
    if (! control.isConnected() && message.type != to_plugin::Hello::type)
        return false;

    switch (message.type)
    {
        case to_plugin::Samples::type:
            return transport.receiveSamples (message);

        case to_plugin::Prepared::type:
        {
            to_plugin::Prepared prepared {};

            if (! message.get (prepared))
                return false;

            lastNews = Clock::now();

            if (transport.enginePrepared (prepared))
            {
                control.setRunning();
                finishStart();
            }

            return true;
        }

        case to_plugin::Pong::type:
        {
            to_plugin::Pong pong {};

            if (! message.get (pong))
                return false;

            watchdog.feedMain (pong.mainBeats);
            return true;
        }

        case to_plugin::Busy::type:
        {
            to_plugin::Busy busy {};

            if (! message.get (busy))
                return false;

            watchdog.extendLimits (Milliseconds (std::min (busy.milliseconds, 60000u)));
            return true;
        }

        case to_plugin::ModelThread::type:
        {
            to_plugin::ModelThread opened {};

            if (! message.get (opened))
                return false;

            priorities.addModelThread (opened.thread);
            return true;
        }

        case to_plugin::Hello::type:
        {
            const bool valid = control.receive (message);
            priorities.setStreamThread (control.streamThread());
            return valid;
        }

        default:
            lastNews = Clock::now();
            return control.receive (message);
    }
}

} // namespace tiller
