// RealtimeKit, which gives threads of users without that right the priority of audio threads. Linux only.

#include "ChildFixture.h"
#include "CoreTests.h"
#include "SupervisorFixture.h"
#include "TestSystem.h"

#include "tiller/process/linux/RealtimeKit.h"

#include <algorithm>
#include <dlfcn.h>
#include <unistd.h>
#include <utility>

namespace tiller::test
{

namespace
{

/** A RealtimeKit on a bus of the test's own: it grants what concerns thread 42 with priority 5 of process 41. */
class FakeRealtimeKit
{
public:
    /** False where there is no D-Bus here. */
    bool begin()
    {
        library = dlopen ("libdbus-1.so.3", RTLD_NOW | RTLD_NODELETE);

        if (library == nullptr || access ("/usr/bin/dbus-daemon", X_OK) != 0)
            return false;

        daemon = start ({ "/usr/bin/dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address" });
        std::string address;
        CHECK (eventually (patience, [&]
        {
            std::uint8_t text[512];
            const auto count = daemon->wait (false, 1000) == ChildProcess::Readiness::ready ? daemon->read (text, sizeof (text)) : 0;
            address.append (text, text + std::max<std::ptrdiff_t> (0, count));
            return ! address.empty() && address.back() == '\n';
        }), "the bus has no address");
        address.pop_back();
        setEnvironment ("DBUS_SYSTEM_BUS_ADDRESS", address);
        connection = call<void*> ("dbus_bus_get_private", 1, nullptr);
        CHECK (connection != nullptr);
        CHECK_EQUAL (call<int> ("dbus_bus_request_name", connection, "org.freedesktop.RealtimeKit1", 0u, nullptr), 1);
        return true;
    }

    ~FakeRealtimeKit() { end(); }

    void end()
    {
        setEnvironment ("DBUS_SYSTEM_BUS_ADDRESS", "");

        if (auto* const open = std::exchange (connection, nullptr))
        {
            call<void> ("dbus_connection_close", open);
            call<void> ("dbus_connection_unref", open);
        }

        daemon.reset();
    }

    void serve()
    {
        call<unsigned> ("dbus_connection_read_write", connection, 10);

        while (void* message = call<void*> ("dbus_connection_pop_message", connection))
        {
            if (call<unsigned> ("dbus_message_is_method_call", message, "org.freedesktop.RealtimeKit1", "MakeThreadRealtimeWithPID") != 0)
            {
                std::uint64_t process = 0, thread = 0;
                std::uint32_t priority = 0;
                const bool valid = call<unsigned> ("dbus_message_get_args", message, nullptr, int { 't' }, &process, int { 't' }, &thread,
                                                   int { 'u' }, &priority, 0) != 0;
                void* const reply = valid && process == 41 && thread == 42 && priority == 5
                                      ? call<void*> ("dbus_message_new_method_return", message)
                                      : call<void*> ("dbus_message_new_error", message, "org.freedesktop.DBus.Error.AccessDenied", "no");
                call<unsigned> ("dbus_connection_send", connection, reply, nullptr);
                call<void> ("dbus_message_unref", reply);
            }

            call<void> ("dbus_message_unref", message);
        }

        call<void> ("dbus_connection_flush", connection);
    }

private:
    template <typename Result, typename... Arguments>
    Result call (const char* name, Arguments... arguments)
    {
        auto* const function = reinterpret_cast<Result (*) (...)> (dlsym (library, name));
        CHECK (function != nullptr, name);
        return function (arguments...);
    }

    void* library = nullptr;
    void* connection = nullptr;
    std::unique_ptr<ChildProcess> daemon;
};

void realtimeKitIsAsked()
{
    using State = RealtimeAnswer::State;
    const auto service = RealtimeKit::shared();
    FakeRealtimeKit fake;

    if (! fake.begin())
    {
        std::printf ("     no D-Bus here: the rest was not tried\n");
        return;
    }

    const auto granted = service->request (41, 42, 5), refused = service->request (41, 43, 5);
    CHECK (eventually (patience, [&] { fake.serve(); return refused->answer() != State::pending; }), "no answer");
    CHECK (granted->answer() == State::granted);
    CHECK (refused->answer() == State::refused);

    fake.end();
    const auto lost = service->request (41, 42, 5);
    CHECK (eventually (patience, [&] { return lost->answer() == State::refused; }), "without a bus");
}

} // namespace

void addRealtimeKitTests (Suite& suite)
{
    suite.add ("RealtimeKit is asked", realtimeKitIsAsked);
}

} // namespace tiller::test
