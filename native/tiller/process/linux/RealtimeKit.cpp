#if defined (__linux__)

#include "tiller/process/linux/RealtimeKit.h"

#include <csignal>
#include <cstdint>
#include <dlfcn.h>

namespace tiller
{

namespace
{
    constexpr int answerMilliseconds = 2000;

    // What is used of libdbus-1's interface (dbus/dbus.h), which has been stable since version 1.0.
    struct Connection;
    struct DBusMessage;

    struct Error
    {
        const char* name;
        const char* message;
        unsigned flags;
        void* padding;
    };

    enum BusType { systemBus = 1 };
    constexpr int typeUint64 = 't', typeUint32 = 'u', typeInvalid = 0;

    /** libdbus, loaded at run time, since a plugin must load where it is missing; for good, since it keeps data of each thread. */
    class DBus
    {
    public:
        DBus() : library (dlopen ("libdbus-1.so.3", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE))
        {
            complete = find (initThreads, "dbus_threads_init_default") && find (initError, "dbus_error_init") && find (freeError, "dbus_error_free")
                && find (connectPrivately, "dbus_bus_get_private") && find (setExit, "dbus_connection_set_exit_on_disconnect")
                && find (close, "dbus_connection_close") && find (releaseConnection, "dbus_connection_unref")
                && find (newCall, "dbus_message_new_method_call") && find (append, "dbus_message_append_args")
                && find (sendAndWait, "dbus_connection_send_with_reply_and_block") && find (releaseMessage, "dbus_message_unref");
        }

        /** True where RealtimeKit has granted it. */
        bool makeRealtime (std::uint64_t process, std::uint64_t thread, std::uint32_t priority) const
        {
            if (! complete || initThreads() == 0)
                return false;

            Error error {};
            initError (&error);
            // Not the connection that the host may use.
            auto* const connection = connectPrivately (systemBus, &error);
            bool granted = false;

            if (connection != nullptr)
            {
                setExit (connection, 0);
                granted = call (connection, process, thread, priority, error);
                close (connection);
                releaseConnection (connection);
            }

            freeError (&error);
            return granted;
        }

    private:
        bool call (Connection* connection, std::uint64_t process, std::uint64_t thread, std::uint32_t priority, Error& error) const
        {
            auto* const message = newCall ("org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1", "org.freedesktop.RealtimeKit1",
                                           "MakeThreadRealtimeWithPID");

            if (message == nullptr)
                return false;

            DBusMessage* reply = nullptr;

            if (append (message, typeUint64, &process, typeUint64, &thread, typeUint32, &priority, typeInvalid) != 0)
                reply = sendAndWait (connection, message, answerMilliseconds, &error);

            releaseMessage (message);

            if (reply != nullptr)
                releaseMessage (reply);

            return reply != nullptr;
        }

        template <typename Function>
        bool find (Function*& function, const char* name)
        {
            function = library != nullptr ? reinterpret_cast<Function*> (dlsym (library, name)) : nullptr;
            return function != nullptr;
        }

        void* library;
        int (*initThreads)() = nullptr;
        void (*initError) (Error*) = nullptr;
        void (*freeError) (Error*) = nullptr;
        Connection* (*connectPrivately) (BusType, Error*) = nullptr;
        void (*setExit) (Connection*, unsigned) = nullptr;
        void (*close) (Connection*) = nullptr;
        void (*releaseConnection) (Connection*) = nullptr;
        DBusMessage* (*newCall) (const char*, const char*, const char*, const char*) = nullptr;
        int (*append) (DBusMessage*, int, ...) = nullptr;
        DBusMessage* (*sendAndWait) (Connection*, DBusMessage*, int, Error*) = nullptr;
        void (*releaseMessage) (DBusMessage*) = nullptr;
        bool complete = false;
    };
}

std::shared_ptr<RealtimeKit> RealtimeKit::shared()
{
    static std::mutex sharedMutex;
    static std::weak_ptr<RealtimeKit> known;
    const std::lock_guard lock (sharedMutex);
    auto service = known.lock();

    if (! service)
        known = service = std::make_shared<RealtimeKit>();

    return service;
}

RealtimeKit::RealtimeKit() : worker ([this] { run(); }) {}

RealtimeKit::~RealtimeKit()
{
    {
        const std::lock_guard lock (mutex);
        quitting = true;
    }

    wake.notify_all();
    worker.join();
}

std::shared_ptr<const RealtimeKit::Request> RealtimeKit::request (pid_t process, pid_t thread, int priority)
{
    const auto request = std::make_shared<Request>();
    request->process = process;
    request->thread = thread;
    request->priority = priority;

    {
        const std::lock_guard lock (mutex);
        waiting.push_back (request);
    }

    wake.notify_all();
    return request;
}

void RealtimeKit::run()
{
    // Signals are the host's concern.
    sigset_t signals;
    sigfillset (&signals);
    pthread_sigmask (SIG_BLOCK, &signals, nullptr);
    const DBus dbus;

    for (;;)
    {
        std::shared_ptr<Request> next;

        {
            std::unique_lock lock (mutex);
            wake.wait (lock, [this] { return quitting || ! waiting.empty(); });

            if (quitting)
                return;

            next = waiting.front();
            waiting.pop_front();
        }

        const bool granted = dbus.makeRealtime (static_cast<std::uint64_t> (next->process), static_cast<std::uint64_t> (next->thread),
                                                static_cast<std::uint32_t> (next->priority));
        next->state.store (granted ? RealtimeAnswer::State::granted : RealtimeAnswer::State::refused, std::memory_order_release);
    }
}

} // namespace tiller

#endif
